package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.jobs.cli.DataOptions;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.GridOverrides;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.spark.io.Footprint;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * The options that decide what a model becomes. They become a {@link QuantizationPlan} and nothing
 * else ever reads them.
 */
public final class PlanOptions {
  @Mixin private WindowOptions window;
  @Mixin private DataOptions data;
  @Mixin private RoundingOptions rounding;
  @Mixin private TokenOptions tokens;

  @Option(
      names = "--method",
      defaultValue = "foresight",
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
      split = Settings.REPEATED,
      hideParamSyntax = true,
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
      description =
          "Sampled rows that the search sees (default: 4096 for foresight and other compensated"
              + " rounding, else 512).")
  private Integer searchRows;

  /** Adds the files that the options name. */
  public void addInputs(Footprint footprint) {
    window.entry().ifPresent(file -> footprint.readsLocal("--presearched", file));
  }

  /** The method, known before any model is. */
  Method method() {
    return method;
  }

  /**
   * Whether anything is learnt from sketches, known before any model is.
   *
   * @throws InputException if options contradict each other
   */
  boolean needsSketches() {
    return search().needsStatistics();
  }

  /**
   * What the options ask for.
   *
   * @param model that is to be quantized: its names and stored types decide grids, its config the
   *     window
   * @throws InputException if options contradict each other, or do not fit the model
   */
  public QuantizationPlan plan(Model model) throws IOException {
    Container written = Containers.named(container);
    if (symmetric != null && asymmetric) {
      throw new InputException("--symmetric and --asymmetric exclude each other: give one.");
    }
    boolean middle = !asymmetric && (symmetric == null ? written.symmetricByDefault() : symmetric);
    var grids =
        new GridPlan(model, written, middle, SymmetricStep.parse(symmetricStep))
            .of(bits, group, GridOverrides.parse(overrides));
    SearchSettings search = search();
    return new QuantizationPlan(
        method,
        written.name(),
        grids,
        search,
        window.of(method, model.config()),
        search.needsStatistics() ? data.choice() : null,
        searchRows == null ? search.usualRows() : searchRows,
        tokens.over(method));
  }

  private SearchSettings search() {
    SearchSettings settings = method.search();
    settings = settings.withRounding(rounding.over(settings.rounding()));
    if (!settings.scale()) {
      boolean compensates = settings.rounding().compensates();
      if (loss != null
          || weightTerm
          || scaleAttentionOutput != null
          || !compensates && (clip != null || steps != null)) {
        throw new InputException(
            Words.format(
                    "--method %s searches no scales: drop --loss, --clip, --steps, --weight-term and",
                    method)
                + " --scale-attention-output.");
      }
      // what compensates is judged as it works, under the sampled rows
      return compensates ? withSteps(settings.withLoss(Loss.SAMPLED)) : settings;
    }
    settings = settings.withWeightTerm(weightTerm);
    settings = loss == null ? settings : settings.withLoss(Loss.parse(loss));
    settings = withSteps(settings);
    return scaleAttentionOutput == null
        ? settings
        : settings.withScaleAttentionOutput(scaleAttentionOutput);
  }

  private SearchSettings withSteps(SearchSettings settings) {
    if (clip != null && steps != null) {
      throw new InputException("--clip and --steps exclude each other: give one.");
    }
    SearchSettings clipped = clip == null ? settings : settings.withClip(clip);
    return steps == null ? clipped : clipped.withSteps(Steps.parse(steps));
  }
}
