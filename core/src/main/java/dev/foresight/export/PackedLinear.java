package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.DensePacker.Run;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One linear in the tensors of compressed-tensors, their types and shapes checked against each
 * other.
 *
 * @param linear its name without {@code .weight}
 * @param rows output features, from {@code weight_shape}
 * @param columns input channels, from {@code weight_shape}
 * @param group input channels that share a step
 * @param grid what codes and steps were rounded to
 */
record PackedLinear(String linear, int rows, int columns, int group, Grid grid)
    implements StoredLinear {
  /**
   * @param where what messages call the folder
   * @throws InputException if a part is missing or does not fit the others
   */
  static PackedLinear of(
      String where, Checkpoint stored, String linear, CompressedTensorsScheme scheme)
      throws IOException {
    List<String> needed =
        new ArrayList<>(
            List.of(CompressedTensors.PACKED, CompressedTensors.SCALE, CompressedTensors.SHAPE));
    if (!scheme.symmetric()) {
      needed.add(CompressedTensors.ZERO_POINT);
    }
    StoredLinear.require(where, stored, linear, needed);
    if (stored.contains(linear + ".weight_g_idx")) {
      throw new InputException(
          Words.format(
              "%s: %s has reordered channels (weight_g_idx), which can't be read here.",
              where, linear));
    }
    expect(where, stored, CompressedTensors.SHAPE, linear, DType.I64, 2);
    ByteBuffer shape = stored.bytes(linear + CompressedTensors.SHAPE);
    long rows = shape.getLong(0);
    long columns = shape.getLong(Long.BYTES);
    if (rows < 1 || columns < 1 || columns > Integer.MAX_VALUE / rows) {
      throw new InputException(
          Words.format("%s: %s is %d x %d by its weight_shape.", where, linear, rows, columns));
    }
    DType stepType = StoredLinear.stepType(where, stored, linear, CompressedTensors.SCALE);
    Grid grid = new Grid(scheme.bits(), scheme.group(), scheme.symmetric(), stepType);
    int group = grid.groupOf(linear, (int) columns);
    PackedLinear packed = new PackedLinear(linear, (int) rows, (int) columns, group, grid);
    packed.checkParts(where, stored);
    return packed;
  }

  private int groups() {
    return columns / group;
  }

  private void checkParts(String where, Checkpoint stored) {
    int bits = grid.bits();
    int words = DensePacker.words(columns, bits);
    expect(where, stored, CompressedTensors.PACKED, linear, DType.I32, rows, words);
    expect(where, stored, CompressedTensors.SCALE, linear, grid.stepType(), rows, groups());
    if (!grid.symmetric()) {
      int zeros = DensePacker.words(rows, bits);
      expect(where, stored, CompressedTensors.ZERO_POINT, linear, DType.I32, zeros, groups());
    }
  }

  private static void expect(
      String where, Checkpoint stored, String part, String linear, DType dtype, long... shape) {
    StoredLinear.expect(where, stored.info(linear + part), "weight_shape", dtype, shape);
  }

  @Override
  public List<String> parts() {
    return List.of(
        linear + CompressedTensors.PACKED,
        linear + CompressedTensors.SCALE,
        linear + CompressedTensors.SHAPE,
        linear + CompressedTensors.ZERO_POINT);
  }

  @Override
  public TensorInfo weight() {
    return TensorInfo.of(linear + ".weight", grid.stepType(), rows, columns);
  }

  @Override
  public float[] floats(Checkpoint stored) throws IOException {
    return codes(stored).dequantized().values();
  }

  @Override
  public QuantizedLinear codes(Checkpoint stored) throws IOException {
    int bits = grid.bits();
    int words = DensePacker.words(columns, bits);
    IntBuffer packed = stored.bytes(linear + CompressedTensors.PACKED).asIntBuffer();
    byte[] codes = new byte[rows * columns];
    for (int row = 0; row < rows; row++) {
      DensePacker.unpack(
          packed, Run.along(row * words), codes, Run.along(row * columns), columns, bits);
    }
    byte[] zeros = new byte[rows * groups()];
    if (grid.symmetric()) {
      Arrays.fill(zeros, (byte) grid.middle());
    } else {
      IntBuffer packedZeros = stored.bytes(linear + CompressedTensors.ZERO_POINT).asIntBuffer();
      for (int g = 0; g < groups(); g++) {
        Run column = new Run(g, groups());
        DensePacker.unpack(packedZeros, column, zeros, column, rows, bits);
      }
    }
    float[] steps = stored.floats(linear + CompressedTensors.SCALE);
    return new QuantizedLinear(rows, columns, group, grid, codes, steps, zeros);
  }
}
