package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.jobs.cli.DataOptions;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.quantize.plan.GridOverrides;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.spark.io.Footprint;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Searches scales under the sketches' importance, rounds, and writes a model folder. */
@Command(
    name = "quantize",
    description = "Quantizes a model under a sketch store; never runs the model.",
    sortOptions = false)
public final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private WindowOptions window;
  @Mixin private DataOptions data;

  @Option(names = "--model", required = true, description = "Folder of the float model.")
  private String model;

  @Option(names = "--sketches", description = "Sketch store of that model; not needed for rtn.")
  private String sketches;

  @Option(names = "--out", required = true, description = "Folder to write.")
  private String output;

  @Option(
      names = "--method",
      defaultValue = "faq",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Method method;

  @Option(
      names = "--bits",
      defaultValue = "4",
      description = "Width of a code, 2 to 8 (default: ${DEFAULT-VALUE}).")
  private int bits;

  @Option(
      names = "--group",
      defaultValue = "128",
      description =
          "Input channels that share a step, 0 for whole rows (default: ${DEFAULT-VALUE}).")
  private int group;

  @Option(
      names = "--symmetric",
      negatable = true,
      fallbackValue = "true",
      description =
          "Fix the zero point in the middle (default: what the container's readers like).")
  private Boolean symmetric;

  @Option(names = "--asymmetric", description = "The same as --no-symmetric.")
  private boolean asymmetric;

  @Option(
      names = "--symmetric-step",
      defaultValue = "whole",
      description =
          "whole: a symmetric group's largest weight gets the first code, its step any sign; narrow:"
              + " step max|w| / (2^(bits-1) - 1), which leaves that code over (default:"
              + " ${DEFAULT-VALUE}).")
  private String symmetricStep;

  @Option(
      names = "--override",
      paramLabel = "REGEX=CHANGE",
      description =
          "Another grid for linears whose name, like model.layers.7.mlp.down_proj, the pattern is"
              + " found in: bits:8, group:32, bits:8,group:32 or float. The first that matches"
              + " counts; may be repeated.")
  private List<String> overrides = List.of();

  @Option(
      names = "--container",
      defaultValue = "compressed-tensors",
      description =
          "compressed-tensors, gptq_v2, gptq, awq or dequantized (default: ${DEFAULT-VALUE}).")
  private String container;

  @Option(
      names = "--loss",
      description = "What decides a scale: sampled or diagonal (default: sampled).")
  private String loss;

  @Option(
      names = "--clip",
      negatable = true,
      fallbackValue = "true",
      description = "Search the range of each group (default: on for awq and faq).")
  private Boolean clip;

  @Option(
      names = "--steps",
      description =
          "How a group's step is chosen: range; clip, the best share of it; weighted, by least squares"
              + " under E[x²]; output, by least squares under the sampled rows (default: clip for awq"
              + " and faq, weighted for rtn-weighted).")
  private String steps;

  @Option(
      names = "--weight-term",
      description = "Scale candidates also divide by the weights' mean magnitude.")
  private boolean weightTerm;

  @Option(
      names = "--scale-attention-output",
      negatable = true,
      fallbackValue = "true",
      description = "Scale attention_output too (default: on for faq, off for awq).")
  private Boolean scaleAttentionOutput;

  @Option(
      names = "--search-rows",
      defaultValue = "512",
      description = "Sampled rows that the search sees (default: ${DEFAULT-VALUE}).")
  private int searchRows;

  @Option(names = "--overwrite", description = "Replace a folder that is there.")
  private boolean overwrite;

  /** The methods, all one code path: statistic x search x rounding. */
  public enum Method {
    /** Round to nearest. */
    RTN,
    /** The same, with steps searched under the mean square of what they are multiplied with. */
    RTN_WEIGHTED,
    /** Scales under each block's own statistic. */
    AWQ,
    /** Scales under the future window. */
    FAQ,
    /** The same, with a blend per channel that the shards' disagreement chooses. */
    FAQ_ADAPTIVE;

    /** The name in settings, reports and messages. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What is searched where nothing else is said. */
    public SearchSettings search() {
      return switch (this) {
        case RTN -> SearchSettings.rtn();
        case RTN_WEIGHTED -> SearchSettings.rtnWeighted();
        case AWQ -> SearchSettings.awq();
        case FAQ, FAQ_ADAPTIVE -> SearchSettings.faq();
      };
    }

    /** Whether importance is fused over blocks. */
    boolean looksAhead() {
      return this == FAQ || this == FAQ_ADAPTIVE;
    }

    @Override
    public String toString() { // what the command line shows and takes
      return key();
    }
  }

  @Override
  public Integer call() throws Exception {
    QuantizeJob.Request request = request();
    Footprint footprint = Settings.footprint(spec).reads("--sketches", sketches); // of rtn too
    try (SparkRun held = spark.open("quantize", request.footprint(footprint))) {
      SparkSession session = held.session();
      new QuantizeJob(session, spec.commandLine().getOut()).run(request);
    }
    return 0;
  }

  /** What the options ask for; a study reads those of each of its methods so. */
  public QuantizeJob.Request request() {
    Container written = Containers.named(container);
    if (symmetric != null && asymmetric) {
      throw new InputException("--symmetric and --asymmetric exclude each other: give one.");
    }
    boolean middle = !asymmetric && (symmetric == null ? written.symmetricByDefault() : symmetric);
    if (method != Method.RTN && sketches == null) {
      throw new InputException(
          Words.format(
              "--method %s needs --sketches: run calibrate first, or use --method rtn.", method));
    }
    return new QuantizeJob.Request(
        model,
        method == Method.RTN ? Optional.empty() : Optional.of(sketches),
        output,
        method,
        written,
        bits,
        group,
        middle,
        SymmetricStep.parse(symmetricStep),
        GridOverrides.parse(overrides),
        search(),
        window,
        data.choice(),
        searchRows,
        overwrite);
  }

  private SearchSettings search() {
    SearchSettings settings = method.search();
    if (!settings.scale()) {
      if (loss != null
          || clip != null
          || steps != null
          || weightTerm
          || scaleAttentionOutput != null) {
        throw new InputException(
            Words.format(
                    "--method %s searches no scales: drop --loss, --clip, --steps, --weight-term and",
                    method)
                + " --scale-attention-output.");
      }
      return settings;
    }
    settings = settings.withWeightTerm(weightTerm);
    settings = loss == null ? settings : settings.withLoss(Loss.parse(loss));
    if (clip != null && steps != null) {
      throw new InputException("--clip and --steps exclude each other: give one.");
    }
    settings = clip == null ? settings : settings.withClip(clip);
    settings = steps == null ? settings : settings.withSteps(Steps.parse(steps));
    return scaleAttentionOutput == null
        ? settings
        : settings.withScaleAttentionOutput(scaleAttentionOutput);
  }
}
