package dev.foresight.onnx;

/** What a report holds its figures against: one that fails ends the command with exit code 1. */
final class Bound {
  private Bound() {}

  /**
   * @param what was measured, for the message
   * @throws IllegalStateException if it is not below the bound; NaN never is
   */
  static void require(String what, double found, double bound) {
    if (!(found < bound)) {
      throw new IllegalStateException("%s: %.2e is not below %.0e".formatted(what, found, bound));
    }
  }
}
