package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;

/** The product by its definition, which counts the factors that are held and refuses bad use. */
public final class CountedProduct implements MatrixProduct {
  private final MatrixProduct plain = new PlainProduct();
  private int made;
  private int open;

  /** Factors that were ever made. */
  public int made() {
    return made;
  }

  /** Factors that nobody has closed yet. */
  public int open() {
    return open;
  }

  @Override
  public Factor left(Matrix a) {
    return counted(plain.left(a));
  }

  @Override
  public Factor right(Matrix b) {
    return counted(plain.right(b));
  }

  private Factor counted(Factor factor) {
    made++;
    open++;
    return new Factor() {
      private boolean closed;

      @Override
      public void times(float[] other, int rows, float[] product) {
        requireOpen();
        factor.times(other, rows, product);
      }

      @Override
      public void close() {
        requireOpen();
        closed = true;
        open--;
      }

      private void requireOpen() {
        if (closed) {
          throw new IllegalStateException("A factor is used behind its close");
        }
      }
    };
  }
}
