package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.RoundingKernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;

/**
 * Rounds linears so that errors of their weights cancel in the output: GPTQ, coordinate descent
 * over the codes, and least squares for the steps. What it knows of the input is made once and
 * serves all linears that read it; the bits do not depend on the number of threads.
 */
public final class Compensation implements AutoCloseable {
  private static final int ROWS = 128;
  private static final double[] NOTHING = {};

  private final MatrixProduct product;
  private final Products products;
  private final Triangle triangle;
  private final Feedback feedback;
  private final Descent descent;
  private Refit refit;
  private int group;

  /**
   * @param rows sampled activations [n, in], with the roots of their weights
   * @param scale what the linears' columns are multiplied by
   * @param shrinkage λ: off-diagonal products are multiplied by 1 - λ
   * @param name what messages call the role
   * @throws dev.foresight.InputException if the products of the rows overflow or are not positive
   *     definite
   */
  public Compensation(
      Matrix rows,
      float[] scale,
      double shrinkage,
      MatrixProduct product,
      RowWorkers workers,
      String name) {
    this.product = product;
    products = Products.of(rows, scale, shrinkage, product, name);
    int[] order = products.order();
    triangle = new Triangle(products, order, product, workers, name);
    feedback = new Feedback(triangle, order);
    descent = new Descent(products);
  }

  /**
   * Rounds a linear.
   *
   * @param scaled weights, scales multiplied in, [out, in]
   * @param group input channels of a group
   * @param steps one per group, finite; replaced where a refit moves them
   * @param zeros zero points, likewise, which stay
   * @param refits how often steps are fitted to the codes
   * @return unsigned codes, [out, in]
   */
  public byte[] round(
      Matrix scaled,
      Grid grid,
      int group,
      float[] steps,
      byte[] zeros,
      int refits,
      RowWorkers workers) {
    int columns = scaled.columns();
    Refit solver = refits > 0 ? refit(group) : null;
    byte[] codes = new byte[scaled.values().length];
    int most = refits > 0 ? Refit.rowsAtOnce(columns, group) : ROWS;
    workers.sum(
        scaled.rows(),
        Math.min(ROWS, most),
        (kernels, from, rows) -> {
          RowChunk chunk = new RowChunk(scaled, grid, group, from, rows, steps, zeros);
          RoundingKernels rounding = kernels.rounding();
          feedback.round(chunk, rounding);
          for (int time = 0; time < refits; time++) {
            descent.descend(chunk, rounding);
            solver.refit(chunk, kernels);
            feedback.round(chunk, rounding);
          }
          descent.descend(chunk, rounding);
          chunk.codes(codes, from * columns);
          System.arraycopy(chunk.steps, 0, steps, from * chunk.groups, chunk.steps.length);
          return NOTHING;
        });
    return codes;
  }

  /** How targets change because the rows that this knows are not the float model's. */
  TargetCorrection correction(Matrix floats, Matrix rows, float[] scale, String name) {
    return new TargetCorrection(floats, rows, scale, products, product, name);
  }

  private Refit refit(int size) {
    if (refit == null || group != size) {
      closeRefit();
      group = size;
      refit = new Refit(products, size, product);
    }
    return refit;
  }

  private void closeRefit() {
    if (refit != null) {
      refit.close();
    }
  }

  @Override
  public void close() {
    triangle.close();
    closeRefit();
  }
}
