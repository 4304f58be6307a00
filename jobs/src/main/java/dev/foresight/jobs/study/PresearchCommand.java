package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.calibrate.ExecutionOptions;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.Footprint;
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
public final class PresearchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private ExecutionOptions execution;
  @Mixin private ComparisonOptions compared;

  @Option(names = "--family", required = true, description = "What the entry is called.")
  private String family;

  @Option(
      names = "--bits",
      description = "Width of a code (default: quantize.bits of the settings, else 3).")
  private Integer bits;

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
          Words.format(
              "--family %s is no name of a file: use letters, digits, '.', '_' and '-'.", family));
    }
    if (shortlist < 1) {
      throw new InputException(
          Words.format("--shortlist %d: compare one form or more.", shortlist));
    }
    var request =
        new PresearchJob.Request(
            compared.model(),
            compared.sketches(),
            family,
            common(),
            new PresearchForms(blends, blocks, weights, normalizations, roles, !fixedOnly),
            calibrations.stream().map(set -> List.of(set.split("\\+"))).toList(),
            shortlist,
            compared.data(),
            compared.window(),
            compared.windows(),
            compared.seed(),
            work,
            output == null ? "conf/presearched/" + family + ".json" : output,
            overwrite);
    Execution how = execution.execution();
    Footprint footprint =
        request.footprint(Settings.footprint(spec)).addsToLocal("--cache", how.cache());
    try (SparkRun held = spark.open("presearch", footprint)) {
      SparkSession session = held.session();
      new PresearchJob(session, how, parser(), spec.commandLine().getOut()).run(request);
    }
    return 0;
  }

  /** Options of quantize for all forms. */
  List<String> common() {
    return compared.quantize(bits == null ? Settings.of(spec).bits().orElse(3) : bits);
  }

  PlanParser parser() {
    return new PlanParser(Settings.of(spec));
  }
}
