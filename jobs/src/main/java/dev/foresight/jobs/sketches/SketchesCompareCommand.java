package dev.foresight.jobs.sketches;

import dev.foresight.importance.Window;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.jobs.evaluate.CompareJob;
import dev.foresight.model.Role;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.io.Footprint;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How far two stores, or the shards of one, are apart. */
@Command(
    name = "compare",
    description =
        "Compares two stores, or every two shards of one: how far the channels' means are apart,"
            + " and what that does to importance.",
    sortOptions = false)
final class SketchesCompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Parameters(index = "0", paramLabel = "A", description = "Folder of a sketch store.")
  private String first;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "B",
      description = "Folder of another one (default: the shards of A are compared).")
  private String second;

  @Option(
      names = "--shards",
      split = ",",
      description = "Ids of the shards that count, with commas between (default: all).")
  private List<String> shards = List.of();

  @Option(
      names = "--first-position",
      defaultValue = "INCLUDE",
      description =
          "Whether position 0 of a sequence counts: ${COMPLETION-CANDIDATES} (default: include).")
  private FirstPosition firstPosition;

  @Option(names = "--report", description = "File to write all numbers to, as JSON.")
  private String report;

  @Override
  public Integer call() throws IOException {
    Footprint footprint =
        Settings.footprint(spec)
            .reads("A", first)
            .reads("B", second)
            .writesFile("--report", report);
    OutputFile file =
        report == null
            ? null
            : OutputFile.report(
                footprint, "--report", "sketches compare", StoreAccess.configuration());
    try (SparkRun held = spark.open("sketches compare", footprint)) {
      SparkSession session = held.session();
      var request =
          new CompareJob.Request(
              first, Optional.ofNullable(second), shards, firstPosition, Window.fallback());
      CompareJob.Outcome outcome = new CompareJob(session).run(request);
      if (file != null) {
        file.writeReport(outcome.json());
      }
      print(outcome, spec.commandLine().getOut());
    }
    return 0;
  }

  private static void print(CompareJob.Outcome outcome, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%-24s %-24s %-16s %10s %8s %10s %10s%n",
        "a",
        "b",
        "role",
        "difference",
        "top same",
        "rank moved",
        "importance");
    for (CompareJob.Pair pair : outcome.pairs()) {
      for (Role role : Role.values()) {
        var mean = pair.mean(role);
        out.printf(
            Locale.ROOT,
            "%-24s %-24s %-16s %10.4f %7.1f%% %9.2f%% %10.4f%n",
            pair.a(),
            pair.b(),
            role.key(),
            mean.difference(),
            100 * mean.topOverlap(),
            100 * mean.topRankChange(),
            mean.importance());
      }
    }
    outcome.notes().forEach(note -> out.println("Note: " + note));
    out.flush();
  }
}
