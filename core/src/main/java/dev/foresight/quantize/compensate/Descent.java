package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.RoundingKernels;

/**
 * Coordinate descent over codes: each in turn becomes the one that leaves the least E H Eᵀ while
 * all others of its row stay, until none changes, as in QuantEase (arXiv 2309.01885). The error
 * never grows.
 */
final class Descent {
  private static final int SWEEPS = 8;

  private final Products products;
  private final float[] inverse;

  Descent(Products products) {
    this.products = products;
    inverse = products.inverseDiagonal();
  }

  /** Improves the levels, and keeps (W - Q) H up to date. */
  void descend(RowChunk chunk, RoundingKernels kernels) {
    GroupFit fit = new GroupFit(chunk.grid);
    for (int i = 0; i < chunk.rows; i++) {
      int changes = 1;
      for (int sweep = 0; sweep < SWEEPS && changes > 0; sweep++) {
        changes = sweep(chunk, i, fit, kernels);
      }
    }
  }

  private int sweep(RowChunk chunk, int i, GroupFit fit, RoundingKernels kernels) {
    int changes = 0;
    int row = i * chunk.columns;
    for (int g = 0; g < chunk.groups; g++) {
      chunk.use(fit, i * chunk.groups + g);
      int column = g * chunk.group;
      changes +=
          kernels.descend(
              chunk.levels,
              row + column,
              chunk.residual,
              row,
              products.values(),
              inverse,
              column,
              chunk.group,
              fit);
    }
    return changes;
  }
}
