package dev.foresight.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Map;

/**
 * One block of a float checkpoint. The arrays are shared and never written to.
 *
 * @param path what messages put before a linear, for example {@code model.layers.7}
 * @param linears weights [out, in] by path within the block, for example {@code mlp.up_proj}
 * @param vectors norms and biases by tensor path, for example {@code input_layernorm.weight}
 * @param stored the type that vectors, and linears kept in float, are written in
 */
public record BlockWeights(
    String path, Map<String, Matrix> linears, Map<String, float[]> vectors, DType stored) {
  public BlockWeights {
    linears = Map.copyOf(linears);
    vectors = Map.copyOf(vectors);
  }

  /**
   * @throws IllegalArgumentException if the block has no such linear
   */
  Matrix linear(String linear) {
    Matrix weights = linears.get(linear);
    if (weights == null) {
      throw new IllegalArgumentException(path + " has no linear " + linear);
    }
    return weights;
  }

  /**
   * @throws IllegalArgumentException if the block has no such vector
   */
  float[] vector(String tensor) {
    float[] vector = vectors.get(tensor);
    if (vector == null) {
      throw new IllegalArgumentException(path + " has no tensor " + tensor);
    }
    return vector;
  }

  /**
   * @throws InputException if a weight is infinite or no number
   */
  void requireFinite() {
    linears.forEach(
        (linear, matrix) -> {
          for (int i = 0; i < matrix.values().length; i++) {
            if (!Float.isFinite(matrix.values()[i])) {
              throw new InputException(
                  Words.format("%s has weight %s in row %d, column %d: the checkpoint is damaged.", name(linear),
                          matrix.values()[i],
                          i / matrix.columns(),
                          i % matrix.columns()));
            }
          }
        });
  }

  /** What messages call a linear or a tensor of this block. */
  String name(String member) {
    return path + "." + member;
  }

  /**
   * Rounds values to the stored type, in place.
   *
   * @throws InputException if one does not fit into it
   */
  void store(String member, float[] values) {
    for (int i = 0; i < values.length; i++) {
      float rounded = stored.round(values[i]);
      if (!Float.isFinite(rounded)) {
        throw new InputException(
            Words.format("%s has %s at index %d, which %s cannot hold: choose a wider type for what stays in float, or mend the checkpoint.", name(member), values[i], i, stored));
      }
      values[i] = rounded;
    }
  }
}
