package dev.foresight.jobs.sketches;

import dev.foresight.Words;
import dev.foresight.drift.Coverage;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.model.Role;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.RoleMoments;
import dev.foresight.sketch.SketchFold;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What one shard taught, block by block. */
@Command(
    name = "show",
    description = "Shows what one shard taught: sums of every role, top channels, coverage.",
    sortOptions = false)
final class SketchesShowCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "STORE", description = "Folder of the sketch store.")
  private String folder;

  @Option(names = "--shard", required = true, description = "Id of the shard.")
  private String shard;

  @Option(
      names = "--top",
      defaultValue = "3",
      description = "Channels of largest mean |x| shown of each role (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(
      names = "--first-position",
      defaultValue = "INCLUDE",
      description =
          "Whether position 0 of a sequence counts: ${COMPLETION-CANDIDATES} (default: include).")
  private FirstPosition firstPosition;

  @Override
  public Integer call() throws IOException {
    Configuration conf = StoreAccess.configuration();
    SketchStore store = StoreAccess.open(folder, conf);
    Manifest manifest = store.manifest();
    StoredShard stored = manifest.choose(List.of(shard), store.root().toString()).get(0);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s of %s: %,d documents, %,d sequences of %d, %,d slices, %,d sequences left out, text sha256 %.12s%n",
        shard,
        store.root(),
        stored.shard().usedDocuments(),
        stored.usedSequences(),
        manifest.packing().sequenceLength(),
        Math.max(stored.slices().size(), stored.compactedSlices()),
        stored.skipped().size(),
        stored.shard().sha256());
    out.printf(
        Locale.ROOT,
        "%5s %-16s %12s %14s %12s %12s %8s %6s  %s%n",
        "block",
        "role",
        "tokens",
        "sum |x|",
        "mean |x|",
        "mean x2",
        "outliers",
        "never",
        "top");
    for (int block = 0; block < manifest.blocks(); block++) {
      Map<Role, SketchFold> folds = store.readSums(stored.slices(), block);
      for (Role role : Role.values()) {
        print(block, role, folds.get(role).moments(firstPosition, Map.of()), out);
      }
    }
    out.flush();
    return 0;
  }

  private void print(int block, Role role, RoleMoments moments, PrintWriter out) {
    Coverage coverage = Coverage.of(moments.tokens(), moments.meanAbs(), moments.maxAbs());
    double sum = 0;
    double square = 0;
    for (int j = 0; j < moments.meanAbs().length; j++) {
      sum += moments.meanAbs()[j];
      square += moments.meanSquare()[j];
    }
    int channels = moments.meanAbs().length;
    out.printf(
        Locale.ROOT,
        "%5d %-16s %,12.0f %14.6g %12.6g %12.6g %8d %6d  %s%s%n",
        block,
        role.key(),
        moments.tokens(),
        sum * moments.tokens(),
        sum / channels,
        square / channels,
        coverage.outliers().size(),
        coverage.neverActive().size(),
        topChannels(moments.meanAbs()),
        coverage.isThin()
            ? Words.format("  thin: %.1f tokens a channel", coverage.tokensPerChannel())
            : "");
  }

  private String topChannels(double[] meanAbs) {
    return IntStream.range(0, meanAbs.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer j) -> -meanAbs[j]))
        .limit(top)
        .map(j -> Words.format("%d:%.4g", j, meanAbs[j]))
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }
}
