package dev.foresight.study;

import java.util.Comparator;

/**
 * A quantized model of a study.
 *
 * @param method what the study calls its settings
 * @param bits width of a code
 * @param data what it was calibrated on
 */
public record Variant(String method, int bits, CalibratedOn data) implements Comparable<Variant> {
  private static final Comparator<Variant> ORDER =
      Comparator.comparingInt(Variant::bits)
          .thenComparing(Variant::method)
          .thenComparing(Variant::data);

  @Override
  public int compareTo(Variant other) {
    return ORDER.compare(this, other);
  }
}
