package dev.foresight.export;

import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.tensor.FloatTensors;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What GPTQ's and AWQ's files have in common: inputs are rows of their tensors, outputs columns.
 */
final class Transposed {
  private Transposed() {}

  /** Steps as [groups, outputs]. */
  static NamedTensor steps(String name, QuantizedLinear weight) {
    int rows = weight.rows();
    int groups = weight.columns() / weight.group();
    TensorInfo info = TensorInfo.of(name, weight.grid().stepType(), groups, rows);
    return new NamedTensor(
        info,
        () -> FloatTensors.narrow(name, info.dtype(), transpose(weight.steps(), rows, groups)));
  }

  /** The reverse, or the same for a matrix of the other orientation. */
  static float[] transpose(float[] values, int rows, int columns) {
    float[] transposed = new float[values.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        transposed[column * rows + row] = values[row * columns + column];
      }
    }
    return transposed;
  }

  /** Room for a number of 32-bit words. */
  static ByteBuffer words(long count) {
    return ByteBuffer.allocate(Math.toIntExact(count * Integer.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
