package dev.foresight.jobs.calibrate;

import dev.foresight.Words;
import dev.foresight.spark.calibrate.PackedText;
import dev.foresight.spark.store.PackedShard;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Says what became of each shard's documents. */
final class CalibrationTable {
  private CalibrationTable() {}

  static void print(List<PackedText> packed, List<PackedShard> missing, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-24s %10s %10s %12s %10s %10s%n",
        "shard",
        "documents",
        "used",
        "tokens",
        "sequences",
        "dropped");
    for (PackedText text : packed) {
      PackedShard s = text.shard();
      out.printf(
          Locale.ROOT,
          "%-24s %,10d %,10d %,12d %,10d %,10d%s%n",
          s.id(),
          s.documents(),
          s.usedDocuments(),
          s.documentTokens(),
          s.sequences(),
          s.droppedTokens(),
          remarks(s, missing.contains(s)));
    }
    out.flush();
  }

  private static String remarks(PackedShard shard, boolean missing) {
    List<String> remarks = new ArrayList<>();
    if (shard.withoutText() + shard.emptyDocuments() > 0) {
      remarks.add(
          Words.format("%d without text, %d empty", shard.withoutText(), shard.emptyDocuments()));
    }
    if (shard.sequences() == 0) {
      remarks.add("too short for a sequence");
    } else if (!missing) {
      remarks.add("in the store already");
    }
    return remarks.isEmpty() ? "" : Words.format("  (%s)", String.join(", ", remarks));
  }
}
