package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.quantize.plan.RoundingSettings;
import picocli.CommandLine.Option;

/** How weights become codes. */
public final class RoundingOptions {
  @Option(
      names = "--rounding",
      defaultValue = "nearest",
      description =
          "How weights become codes: nearest; compensated, where errors of channels make good each"
              + " other under the sampled rows (default: ${DEFAULT-VALUE}).")
  private String rounding;

  @Option(
      names = "--shrinkage",
      paramLabel = "LAMBDA",
      description =
          "Share, 0 to 1, by which compensated rounding distrusts what rows say of two channels"
              + " together (default: 0.3).")
  private Double shrinkage;

  @Option(
      names = "--refits",
      paramLabel = "N",
      description =
          "How often compensated rounding fits steps to the codes and takes codes again (default: 1).")
  private Integer refits;

  /**
   * What the options ask for.
   *
   * @throws InputException if they contradict each other or are out of range
   */
  RoundingSettings settings() {
    if (Rounding.parse(rounding) == Rounding.NEAREST) {
      if (shrinkage != null || refits != null) {
        throw new InputException(
            "--shrinkage and --refits are of compensated rounding: drop them, or pass --rounding compensated.");
      }
      return RoundingSettings.nearest();
    }
    RoundingSettings usual = RoundingSettings.compensated();
    return new RoundingSettings(
        Rounding.COMPENSATED,
        shrinkage == null ? usual.shrinkage() : shrinkage,
        refits == null ? usual.refits() : refits);
  }
}
