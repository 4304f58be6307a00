package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;

/** The product by its definition. */
final class PlainProduct implements MatrixProduct {
  @Override
  public Matrix timesTransposed(Matrix a, Matrix b) {
    Matrix product = Matrix.zeros(a.rows(), b.rows());
    int length = a.columns();
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < b.rows(); j++) {
        product.values()[i * b.rows() + j] =
            Sums.dot(a.values(), i * length, b.values(), j * length, length);
      }
    }
    return product;
  }
}
