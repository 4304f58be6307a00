package dev.foresight.jobs.study;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.calibrate.ExecutionOptions;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.model.Model;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Quantizes on many parts of a store and judges each result on many kinds of text. */
@Command(
    name = "study",
    description =
        "Measures how far quantized models depend on the text they were calibrated on: variants are"
            + " parts of one sketch store, each judged on every kind of text. A killed study goes"
            + " on where it stopped.",
    sortOptions = false)
public final class StudyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private ExecutionOptions execution;
  @Mixin private ComparisonOptions compared;

  @Option(
      names = "--methods",
      split = ",",
      description =
          "Methods of quantize to compare (default: rtn,awq,foresight; none but --with where that is given).")
  private List<String> methods = List.of();

  @Option(
      names = "--with",
      split = Settings.REPEATED,
      hideParamSyntax = true,
      paramLabel = "NAME=OPTIONS",
      description =
          "One more method: a name and options of quantize, for example 'awq-diagonal=--method awq"
              + " --loss diagonal'; may be repeated.")
  private List<String> with = List.of();

  @Option(
      names = "--bits",
      split = ",",
      description = "Widths (default: quantize.bits of the settings, else 3).")
  private List<Integer> bits = List.of();

  @Option(
      names = "--against",
      description = "Method that the others are compared with (default: awq where it is there).")
  private String against;

  @Option(
      names = "--shards",
      split = ",",
      description = "Shards of the store that count (default: all).")
  private List<String> shards = List.of();

  @Option(names = "--per-shard", description = "Calibrate on each shard alone.")
  private boolean perShard;

  @Option(names = "--leave-one-out", description = "Calibrate on all shards but each.")
  private boolean leaveOneOut;

  @Option(
      names = "--bootstrap",
      defaultValue = "0",
      description = "Draws of as many shards with replacement (default: ${DEFAULT-VALUE}).")
  private int draws;

  @Option(
      names = "--budgets",
      split = ",",
      description = "Calibrate on so many first sequences of every shard, each.")
  private List<Integer> budgets = List.of();

  @Option(names = "--out", required = true, description = "Folder to write.")
  private String output;

  @Option(names = "--extend", description = "Go on with a finished study, whose cells are kept.")
  private boolean extend;

  @Option(names = "--overwrite", description = "Begin anew in a folder that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    List<AskedMethod> asked = asked();
    String reference = AskedMethod.against(against, asked);
    Execution how = execution.execution();
    Footprint footprint =
        request(List.of(), reference)
            .footprint(Settings.footprint(spec))
            .addsToLocal("--cache", how.cache());
    asked.forEach(method -> method.addInputs(footprint));
    try (SparkRun held = spark.open("study", footprint)) {
      SparkSession session = held.session();
      List<StudyMethod> all = methods(asked, session.sparkContext().hadoopConfiguration());
      new StudyJob(session, how, spec.commandLine().getOut()).run(request(all, reference));
    }
    return 0;
  }

  private StudyJob.Request request(List<StudyMethod> all, String reference) {
    return new StudyJob.Request(
        compared.model(),
        compared.sketches(),
        all,
        reference,
        new StudyPlan(shards, perShard, leaveOneOut, draws, budgets),
        compared.data(),
        compared.window(),
        compared.windows(),
        compared.seed(),
        output,
        overwrite,
        extend);
  }

  /** What is compared, at every width. */
  List<AskedMethod> asked() {
    Settings settings = Settings.of(spec);
    List<Integer> widths = bits.isEmpty() ? List.of(settings.bits().orElse(3)) : bits;
    List<String> chosen =
        methods.isEmpty() && with.isEmpty() ? List.of("rtn", "awq", "foresight") : methods;
    PlanParser parser = new PlanParser(settings);
    List<AskedMethod> all = new ArrayList<>();
    for (int width : widths) {
      all.addAll(AskedMethod.parse(parser, compared.quantize(width), chosen, with));
    }
    return all;
  }

  List<StudyMethod> methods(List<AskedMethod> asked, Configuration conf) throws IOException {
    List<StudyMethod> all = new ArrayList<>();
    ModelFolder folder = ModelFolders.open(Locations.qualify(compared.model(), conf), conf);
    try (Model model = ExportedCheckpoints.model(folder)) {
      for (AskedMethod method : asked) {
        all.add(method.of(model));
      }
    }
    return all;
  }
}
