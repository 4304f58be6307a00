package dev.foresight.quantize;

import java.util.Locale;

/** How the step of each group is chosen, once the scales are. */
public enum Steps {
  /** By the group's whole range; nothing is searched. */
  RANGE,
  /** By the share of the range that leaves the least loss, see {@link ClipSearch}. */
  CLIP,
  /** By what leaves the least Σ E[x²] ΔW², see {@link WeightedSteps}. */
  WEIGHTED;

  /** The name in reports. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
