package dev.foresight.jobs.sketches;

import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoreEdit;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes shards out of a store. */
@Command(
    name = "remove",
    description = "Removes shards from a store, and their files with them.",
    sortOptions = false)
final class SketchesRemoveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "STORE", description = "Folder of the sketch store.")
  private String folder;

  @Option(
      names = "--shards",
      required = true,
      split = ",",
      description = "Ids of the shards, with commas between.")
  private List<String> shards;

  @Override
  public Integer call() throws IOException {
    Configuration conf = StoreAccess.configuration();
    SketchStore store = StoreAccess.open(folder, conf);
    StoreEdit edit = StoreEdit.of(store, conf);
    TreeSet<String> ids = new TreeSet<>();
    edit.manifest().choose(shards, store.root().toString()).forEach(shard -> ids.add(shard.id()));
    edit.apply(ids, List.of());
    spec.commandLine()
        .getOut()
        .printf(Locale.ROOT, "Removed %s from %s%n", String.join(", ", ids), store.root());
    spec.commandLine().getOut().flush();
    return 0;
  }
}
