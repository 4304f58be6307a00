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
  private final MatrixProduct product;
  private final RowWorkers workers;
  private final String name;
  private Matrix rows;
  private Compensation current;
  private TargetCorrection correction; // under the same rows

  /**
   * @param scale what the role's columns are multiplied by
   * @param name what messages call the role
   */
  public RoleCompensation(float[] scale, MatrixProduct product, RowWorkers workers, String name) {
    this.scale = scale;
    this.product = product;
    this.workers = workers;
    this.name = name;
  }

  /**
   * The compensation under these rows, until another is asked for.
   *
   * @param ofLinear sampled activations [n, in], with the roots of their weights
   * @param shrinkage λ of {@link Compensation}, one for the same rows
   */
  public Compensation of(Matrix ofLinear, double shrinkage) {
    if (rows != ofLinear) {
      close();
      current = new Compensation(ofLinear, scale, shrinkage, product, workers, name);
      rows = ofLinear;
    }
    return current;
  }

  /**
   * What a linear's codes are to come near to.
   *
   * @param floats what the float model has in the place of {@code ofLinear}
   */
  public Target target(Matrix scaled, Matrix ofLinear, Matrix floats, double shrinkage) {
    Compensation known = of(ofLinear, shrinkage);
    if (correction == null) {
      correction = known.correction(floats, ofLinear, scale, name);
    }
    return correction.of(scaled);
  }

  @Override
  public void close() {
    if (current != null) {
      current.close();
      current = null;
      rows = null;
      correction = null;
    }
  }
}
