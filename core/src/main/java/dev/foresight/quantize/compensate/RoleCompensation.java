package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;

/**
 * The compensation of each linear of a role, one after the other: made anew only where a linear's
 * rows are others than those of the linear before it.
 */
public final class RoleCompensation implements AutoCloseable {
  private final float[] scale;
  private final double shrinkage;
  private final MatrixProduct product;
  private final RowWorkers workers;
  private final String name;
  private Matrix rows;
  private Compensation current;

  /**
   * @param scale what the role's columns are multiplied by
   * @param shrinkage λ of {@link Compensation}
   * @param name what messages call the role
   */
  public RoleCompensation(
      float[] scale, double shrinkage, MatrixProduct product, RowWorkers workers, String name) {
    this.scale = scale;
    this.shrinkage = shrinkage;
    this.product = product;
    this.workers = workers;
    this.name = name;
  }

  /**
   * The compensation under these rows, until another is asked for.
   *
   * @param ofLinear sampled activations [n, in], with the roots of their weights
   */
  public Compensation of(Matrix ofLinear) {
    if (rows != ofLinear) {
      close();
      current = new Compensation(ofLinear, scale, shrinkage, product, workers, name);
      rows = ofLinear;
    }
    return current;
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
      current = null;
      rows = null;
    }
  }
}
