package dev.foresight.jobs.sketches;

import dev.foresight.Words;
import dev.foresight.jobs.calibrate.CalibrationReport;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.sketch.Statistic;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A line for each shard of a store. */
@Command(
    name = "list",
    description = "Lists the shards of a store with their documents, tokens, slices and bytes.",
    sortOptions = false)
final class SketchesListCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "STORE", description = "Folder of the sketch store.")
  private String folder;

  @Override
  public Integer call() throws IOException {
    Configuration conf = StoreAccess.configuration();
    SketchStore store = StoreAccess.open(folder, conf);
    Manifest manifest = store.manifest();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%s: version %d, model %.12s, %d blocks, sequences of %d tokens, %s, onnxruntime %s%n",
        store.root(),
        manifest.fingerprint().version(),
        manifest.model().sha256(),
        manifest.blocks(),
        manifest.packing().sequenceLength(),
        manifest.statistics().stream().map(Statistic::name).collect(Collectors.joining(", ")),
        String.join(", ", manifest.runtimes()));
    out.printf(
        Locale.ROOT,
        "%-24s %10s %12s %10s %8s %8s %14s%n",
        "shard",
        "documents",
        "tokens",
        "sequences",
        "slices",
        "skipped",
        "bytes");
    for (StoredShard shard : manifest.stored()) {
      out.printf(
          Locale.ROOT,
          "%-24s %,10d %,12d %,10d %8s %,8d %,14d%n",
          shard.id(),
          shard.shard().usedDocuments(),
          shard.usedSequences() * manifest.packing().sequenceLength(),
          shard.usedSequences(),
          slices(shard),
          shard.skipped().size(),
          bytes(shard.files(), store, conf));
    }
    CalibrationReport.warnings(manifest).forEach(warning -> out.println("Note: " + warning));
    out.flush();
    return 0;
  }

  private static String slices(StoredShard shard) {
    return shard.compactedSlices() == 0
        ? Words.format("%,d", shard.slices().size())
        : Words.format("%,d→1", shard.compactedSlices());
  }

  private static long bytes(List<StoredFile> files, SketchStore store, Configuration conf)
      throws IOException {
    long bytes = 0;
    for (StoredFile file : files) {
      bytes +=
          file.bytes() >= 0
              ? file.bytes()
              : store
                  .root()
                  .getFileSystem(conf)
                  .getFileStatus(new Path(store.root(), file.name()))
                  .getLen();
    }
    return bytes;
  }
}
