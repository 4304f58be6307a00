package dev.foresight.jobs;

import dev.foresight.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Finds the future window of a family of models. */
@Command(
    name = "presearch",
    description =
        "Searches the future window of a family of models: every form is tried by a cross-shard"
            + " loss, the best of each kind end to end, on several biased calibrations and held-out"
            + " text. Writes an entry that quantize reads.",
    sortOptions = false)
final class PresearchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private ExecutionOptions execution;

  @Option(names = "--model", required = true, description = "Folder of the float model.")
  private String model;

  @Option(names = "--sketches", required = true, description = "Sketch store of that model.")
  private String sketches;

  @Option(names = "--family", required = true, description = "What the entry is called.")
  private String family;

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "[NAME=]FILE",
      description = "Held-out text to judge on, each file or glob a domain.")
  private List<String> data;

  @Option(
      names = "--bits",
      defaultValue = "3",
      description = "Width of a code (default: ${DEFAULT-VALUE}).")
  private int bits;

  @Option(
      names = "--group",
      defaultValue = "128",
      description = "Input channels that share a step (default: ${DEFAULT-VALUE}).")
  private int group;

  @Option(
      names = "--quantize",
      paramLabel = "OPTIONS",
      defaultValue = "",
      description = "More options of quantize, for example '--asymmetric'.")
  private String common;

  @Option(
      names = "--calibrate-on",
      split = ",",
      paramLabel = "SHARD[+SHARD…]",
      description =
          "Calibrations to search on, each some shards of the store and so biased (default: its"
              + " shards two by two; each alone if there are fewer than four).")
  private List<String> calibrations = List.of();

  @Option(
      names = "--blends",
      split = ",",
      defaultValue = "0.3,0.5,0.7,0.85",
      description = "γ to try (default: ${DEFAULT-VALUE}).")
  private List<Double> blends;

  @Option(
      names = "--blocks",
      split = ",",
      defaultValue = "1,3",
      description = "w to try (default: ${DEFAULT-VALUE}).")
  private List<Integer> blocks;

  @Option(
      names = "--weights",
      split = ",",
      defaultValue = "uniform",
      description = "β to try: uniform, geometric:RATIO (default: ${DEFAULT-VALUE}).")
  private List<String> weights;

  @Option(
      names = "--normalizations",
      split = ",",
      defaultValue = "none,mean,log",
      description = "ν to try (default: ${DEFAULT-VALUE}).")
  private List<String> normalizations;

  @Option(
      names = "--roles",
      split = ";",
      defaultValue = "all;residual",
      description = "Roles that look ahead, choices parted by ; (default: ${DEFAULT-VALUE}).")
  private List<String> roles;

  @Option(names = "--no-adaptive", description = "Leave blends out that the data choose.")
  private boolean fixedOnly;

  @Option(
      names = "--shortlist",
      defaultValue = "8",
      description =
          "Forms compared end to end; the best of each kind always are (default:"
              + " ${DEFAULT-VALUE}).")
  private int shortlist;

  @Option(
      names = "--window",
      defaultValue = "2048",
      description = "Tokens of a window of the held-out text (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--windows",
      defaultValue = "0",
      description = "Windows of each domain, evenly spaced, 0 for all (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the resamples behind intervals (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--work",
      required = true,
      description = "Folder of finished cells: a killed search goes on where it stopped.")
  private String work;

  @Option(
      names = "--out",
      description = "File of the entry (default: conf/presearched/FAMILY.json).")
  private String output;

  @Option(names = "--overwrite", description = "Replace an entry that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    if (!family.matches("[\\w.-]+")) {
      throw new InputException(
          "--family %s is no name of a file: use letters, digits, '.', '_' and '-'."
              .formatted(family));
    }
    if (shortlist < 1) {
      throw new InputException("--shortlist %d: compare one form or more.".formatted(shortlist));
    }
    List<String> settings = new ArrayList<>();
    settings.addAll(List.of("--bits", Integer.toString(bits)));
    settings.addAll(List.of("--group", Integer.toString(group)));
    settings.addAll(StudyMethod.words(common));
    var request =
        new PresearchJob.Request(
            model,
            sketches,
            family,
            settings,
            new PresearchForms(blends, blocks, weights, normalizations, roles, !fixedOnly),
            calibrations.stream().map(set -> List.of(set.split("\\+"))).toList(),
            shortlist,
            data,
            window,
            windows,
            seed,
            work,
            output == null ? "conf/presearched/" + family + ".json" : output,
            overwrite);
    try (SparkSession session = spark.open("presearch")) {
      new PresearchJob(session, execution.execution(), spec.commandLine().getOut()).run(request);
    }
    return 0;
  }
}
