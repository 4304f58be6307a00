package dev.foresight.study;

/** The windows as they are, or one resample of them, the same for every variant. */
@FunctionalInterface
public interface Sample {
  /** Mean over the windows of a domain of what is measured. */
  double mean(Variant variant, String domain);
}
