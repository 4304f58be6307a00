package dev.foresight.jobs.sketches;

import dev.foresight.Words;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.store.ShardCompactor;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoreEdit;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a store small: one slice a shard, one commit in all, no leftovers. */
@Command(
    name = "compact",
    description =
        "Folds the slices of each shard into one. Whatever is made of whole shards keeps its bits;"
            + " single slices of a compacted shard can't be chosen, weighted or drawn any more.",
    sortOptions = false)
final class SketchesCompactCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Parameters(paramLabel = "STORE", description = "Folder of the sketch store.")
  private String folder;

  @Option(
      names = "--shards",
      split = ",",
      description = "Ids of the shards, with commas between (default: all).")
  private List<String> shards = List.of();

  @Override
  public Integer call() throws IOException {
    try (SparkRun held = spark.open("sketches compact", Settings.footprint(spec))) {
      SparkSession session = held.session();
      compact(JavaSparkContext.fromSparkContext(session.sparkContext()));
    }
    return 0;
  }

  private void compact(JavaSparkContext context) throws IOException {
    Configuration conf = context.hadoopConfiguration();
    SketchStore store = StoreAccess.open(folder, conf);
    String root = store.root().toString();
    StoreEdit edit = StoreEdit.of(store, conf);
    List<StoredShard> several =
        edit.manifest().choose(shards, root).stream()
            .filter(shard -> shard.slices().size() > 1)
            .toList();
    context.setJobGroup("compact", Words.format("Fold the slices of %d shards", several.size()));
    List<StoredShard> compacted =
        several.isEmpty()
            ? List.of()
            : context
                .parallelize(several, several.size())
                .map(new ShardCompactor(root, new SerializableConfiguration(conf)))
                .collect();
    edit.apply(Set.of(), compacted);
    int orphans = edit.deleteOrphans();
    PrintWriter out = spec.commandLine().getOut();
    for (StoredShard shard : compacted) {
      out.printf(
          Locale.ROOT,
          "%s: %,d slices are one now; they can't be chosen, weighted or drawn singly any more%n",
          shard.id(),
          shard.compactedSlices());
    }
    out.printf(
        Locale.ROOT,
        "Compacted %d shards of %s, deleted %d files that no commit names%n",
        compacted.size(),
        root,
        orphans);
    out.flush();
  }
}
