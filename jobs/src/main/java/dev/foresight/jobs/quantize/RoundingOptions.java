package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.quantize.plan.RoundingSettings;
import picocli.CommandLine.Option;

/** How weights become codes. */
public final class RoundingOptions {
  @Option(
      names = "--rounding",
      description =
          "How weights become codes: nearest; compensated, where errors of channels make good each"
              + " other under the sampled rows (default: compensated for foresight, else nearest).")
  private String rounding;

  @Option(
      names = "--shrinkage",
      paramLabel = "LAMBDA",
      description =
          "Share, 0 to 1, by which compensated rounding distrusts what rows say of two channels"
              + " together; auto: more, the fewer rows a channel and the fewer shards there are (default:"
              + " auto).")
  private String shrinkage;

  @Option(
      names = "--refits",
      paramLabel = "N",
      description =
          "How often compensated rounding fits steps to the codes and takes codes again (default: 1).")
  private Integer refits;

  @Option(
      names = "--propagate",
      negatable = true,
      fallbackValue = "true",
      description =
          "Quantize block after block, each for what the quantized ones before it send, and correct"
              + " its targets for that. Runs the store's text through the blocks once more (default:"
              + " off).")
  private Boolean propagate;

  private static double shrinkage(String given) {
    try {
      return given.equals("auto") ? Double.NaN : Double.parseDouble(given);
    } catch (NumberFormatException e) {
      throw new InputException(
          Words.format("--shrinkage '%s': give a number from 0 to 1, or auto.", given), e);
    }
  }

  /**
   * What the options ask for.
   *
   * @param usual of the method
   * @throws InputException if they contradict each other or are out of range
   */
  RoundingSettings over(RoundingSettings usual) {
    Rounding rule = rounding == null ? usual.rule() : Rounding.parse(rounding);
    if (rule == Rounding.NEAREST) {
      if (shrinkage != null || refits != null) {
        throw new InputException(
            "--shrinkage and --refits are of compensated rounding: drop them, or pass --rounding compensated.");
      }
      return RoundingSettings.nearest().propagating(Boolean.TRUE.equals(propagate));
    }
    RoundingSettings rest = usual.compensates() ? usual : RoundingSettings.compensated();
    return new RoundingSettings(
        rule,
        shrinkage == null ? rest.shrinkage() : shrinkage(shrinkage),
        refits == null ? rest.refits() : refits,
        propagate == null ? rest.propagates() : propagate);
  }
}
