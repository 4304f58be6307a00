package dev.foresight.jobs.sketches;

import dev.foresight.Words;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.ShardCopier;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoreRun;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
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

/** Copies shards into another store: a part of one, or several stores into one. */
@Command(
    name = "copy",
    description =
        "Copies shards into a new store, or into one of the same model and settings; a store of"
            + " version 1 becomes one of version 2.",
    sortOptions = false)
final class SketchesCopyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Parameters(index = "0", paramLabel = "FROM", description = "Folder of the sketch store.")
  private String from;

  @Parameters(index = "1", paramLabel = "TO", description = "Folder of the store to copy into.")
  private String to;

  @Option(
      names = "--shards",
      split = ",",
      description = "Ids of the shards, with commas between (default: all).")
  private List<String> shards = List.of();

  @Override
  public Integer call() throws IOException {
    Footprint footprint =
        Settings.footprint(spec)
            .reads("FROM", from)
            .writesFolder("TO", to, FolderKind.STORE, false);
    try (SparkRun held = spark.open("sketches copy", footprint)) {
      SparkSession session = held.session();
      copy(JavaSparkContext.fromSparkContext(session.sparkContext()), footprint);
    }
    return 0;
  }

  private void copy(JavaSparkContext context, Footprint footprint) throws IOException {
    Configuration conf = context.hadoopConfiguration();
    SketchStore source = StoreAccess.open(from, conf);
    Manifest manifest = source.manifest();
    List<StoredShard> chosen = manifest.choose(shards, source.root().toString());
    TargetFolder folder = footprint.folder("TO", conf);
    String target = folder.root().toString();
    StoreFingerprint fingerprint = manifest.fingerprint().inThisVersion();
    try (StoreRun run = StoreRun.open(folder, fingerprint)) {
      List<PackedShard> missing = run.missing(chosen.stream().map(StoredShard::shard).toList());
      List<StoredShard> toCopy =
          chosen.stream().filter(shard -> missing.contains(shard.shard())).toList();
      context.setJobGroup(
          "copy",
          Words.format("Copy %d shards from %s to %s", toCopy.size(), source.root(), target));
      List<StoredShard> copied =
          toCopy.isEmpty()
              ? List.of()
              : context
                  .parallelize(toCopy, toCopy.size())
                  .map(
                      new ShardCopier(
                          source.root().toString(), target, new SerializableConfiguration(conf)))
                  .collect();
      run.commit(copied, manifest.runtimes(), manifest.cpus());
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "Copied %d shards from %s to %s, %d were there already%n",
              copied.size(),
              source.root(),
              target,
              chosen.size() - copied.size());
      spec.commandLine().getOut().flush();
    }
  }
}
