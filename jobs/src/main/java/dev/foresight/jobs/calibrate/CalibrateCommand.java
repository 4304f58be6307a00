package dev.foresight.jobs.calibrate;

import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.io.Footprint;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs a model's blocks over a corpus and keeps what they taught. */
@Command(
    name = "calibrate",
    description =
        "Runs the model over a corpus and writes mergeable activation sketches, into a new store or"
            + " one that is there: shards that it has are left alone.",
    sortOptions = false)
public final class CalibrateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private CorpusOptions corpus;
  @Mixin private ExecutionOptions execution;

  @Option(names = "--model", required = true, description = "Model folder, any Hadoop URI.")
  private String model;

  @Option(names = "--sketches", required = true, description = "Folder of the sketch store.")
  private String sketches;

  @Option(
      names = "--sequence-length",
      defaultValue = "512",
      description = "Tokens of a sequence (default: ${DEFAULT-VALUE}).")
  private int sequenceLength;

  @Option(
      names = "--sequences-per-shard",
      defaultValue = "128",
      description = "Sequences taken of each shard, 0 for all (default: ${DEFAULT-VALUE}).")
  private long sequencesPerShard;

  @Option(
      names = "--bos",
      defaultValue = "AUTO",
      description = "${COMPLETION-CANDIDATES} (default: auto, what the tokenizer does).")
  private Bos bos;

  @Option(
      names = "--separator",
      defaultValue = "eos",
      description =
          "Between documents: eos, none, or a special token by name (default:"
              + " ${DEFAULT-VALUE}).")
  private String separator;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Orders documents and samples rows (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--slice",
      defaultValue = "16",
      description = "Sequences of a slice, the unit of work (default: ${DEFAULT-VALUE}).")
  private int slice;

  @Option(
      names = "--rows",
      defaultValue = "512",
      description =
          "Sampled rows that a slice keeps, 0 for none at all; the sampled loss and the clip search"
              + " need them (default: ${DEFAULT-VALUE}).")
  private int rows;

  @Option(
      names = "--first-rows",
      defaultValue = "16",
      description = "The same for position 0 of its sequences (default: ${DEFAULT-VALUE}).")
  private int firstRows;

  @Option(
      names = "--no-token-ids",
      description =
          "Keep no token ids in the store, for private text; with --rows 0 nothing that is derived"
              + " from single tokens.")
  private boolean noTokenIds;

  @Option(
      names = "--skip-bad-sequences",
      description =
          "Run a slice without sequences whose activations are NaN or infinite (default: stop).")
  private boolean skipBadSequences;

  @Option(
      names = "--plan",
      description =
          "Say what would be read and run, in which memory and about how long; write nothing.")
  private boolean plan;

  @Option(
      names = "--overwrite",
      description = "Remove a store that is there (default: add to it, or take over a killed run).")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    var packing = new PackingSettings(sequenceLength, bos, separator, seed);
    var settings = new SketchSettings(slice, rows, firstRows);
    var request =
        new CalibrateJob.Request(
            model,
            corpus.corpus(),
            sequencesPerShard,
            sketches,
            packing,
            settings,
            execution.execution(),
            !noTokenIds,
            skipBadSequences,
            overwrite);
    PrintWriter out = spec.commandLine().getOut();
    Footprint footprint = request.footprint(Settings.footprint(spec));
    try (SparkRun held = spark.open("calibrate", footprint)) {
      SparkSession session = held.session();
      if (plan) {
        new CalibratePlan(session, request, out).run();
      } else {
        new CalibrateJob(session, out).run(request);
      }
    }
    return 0;
  }
}
