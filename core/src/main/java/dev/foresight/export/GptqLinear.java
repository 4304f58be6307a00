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
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * One linear in the tensors of {@link Gptq}. Inputs may belong to groups in any order: that is what
 * GPTQ's activation order leaves behind.
 *
 * @param linear its name without {@code .weight}
 * @param rows outputs
 * @param columns inputs
 * @param groups of a row
 * @param bits width of a code
 * @param offset what is added to a stored zero point
 * @param stepType type of the steps
 */
record GptqLinear(
    String location,
    String linear,
    int rows,
    int columns,
    int groups,
    int bits,
    int offset,
    DType stepType)
    implements StoredLinear {
  /**
   * @param location what messages call the folder
   * @throws InputException if a part is missing or does not fit the others
   */
  static GptqLinear of(String location, Checkpoint stored, String linear, GptqSettings settings) {
    List<String> needed = List.of(Gptq.CODES, Gptq.ZEROS, Gptq.STEPS, Gptq.GROUPS);
    StoredLinear.require(location, stored, linear, needed);
    List<Long> inputs = stored.info(linear + Gptq.GROUPS).shape();
    List<Long> codes = stored.info(linear + Gptq.CODES).shape();
    List<Long> steps = stored.info(linear + Gptq.STEPS).shape();
    if (inputs.size() != 1 || codes.size() != 2 || steps.size() != 2 || inputs.get(0) < 1) {
      throw wrong(location, linear, inputs, codes, steps);
    }
    // an empty tensor may have any size beside its 0, so none is used before all are bounded
    long most = Integer.MAX_VALUE / Math.max(1, codes.get(1));
    if (inputs.get(0) > most || steps.get(0) > most || codes.get(0) > inputs.get(0)) {
      throw wrong(location, linear, inputs, codes, steps);
    }
    int columns = inputs.get(0).intValue();
    int rows = codes.get(1).intValue();
    int bits =
        settings.bits() == 0 ? (int) (codes.get(0) * Integer.SIZE / columns) : settings.bits();
    if (!Gptq.hasWidth(bits)) {
      throw new InputException(
          Words.format(
              "%s: %s is %d x %d in %d bits by its tensors, which can't be read here.",
              location, linear, rows, columns, bits));
    }
    int groups =
        switch (settings.group()) {
          case -1 -> 1;
          case 0 -> steps.get(0).intValue();
          default -> (columns - 1) / settings.group() + 1;
        };
    DType stepType = StoredLinear.stepType(location, stored, linear, Gptq.STEPS);
    GptqLinear read =
        new GptqLinear(
            location, linear, rows, columns, groups, bits, settings.zeros().offset(), stepType);
    read.expect(stored, Gptq.CODES, DType.I32, DensePacker.words(columns, bits), rows);
    read.expect(stored, Gptq.ZEROS, DType.I32, groups, DensePacker.words(rows, bits));
    read.expect(stored, Gptq.STEPS, stepType, groups, rows);
    read.expect(stored, Gptq.GROUPS, DType.I32, columns);
    return read;
  }

  private static InputException wrong(
      String location, String linear, List<Long> inputs, List<Long> codes, List<Long> steps) {
    return new InputException(
        Words.format(
            "%s: %s has g_idx %s, qweight %s and scales %s, which are the tensors of no linear.",
            location, linear, inputs, codes, steps));
  }

  private void expect(Checkpoint stored, String part, DType dtype, long... shape) {
    StoredLinear.expect(location, stored.info(linear + part), "g_idx", dtype, shape);
  }

  @Override
  public List<String> parts() {
    return List.of(
        linear + Gptq.CODES, linear + Gptq.ZEROS, linear + Gptq.STEPS, linear + Gptq.GROUPS);
  }

  @Override
  public TensorInfo weight() {
    return TensorInfo.of(linear + ".weight", stepType, rows, columns);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A zero point that the offset pushes beyond the width begins again at 0, as in the Python
   * readers.
   */
  @Override
  public float[] floats(Checkpoint stored) throws IOException {
    int[] group = groupOf(stored);
    int[] zeros = zeros(stored);
    float[] steps = stored.floats(linear + Gptq.STEPS);
    IntBuffer packed = stored.bytes(linear + Gptq.CODES).asIntBuffer();
    byte[] codes = new byte[columns];
    float[] weights = new float[rows * columns];
    for (int row = 0; row < rows; row++) {
      DensePacker.unpack(packed, new Run(row, rows), codes, Run.along(0), columns, bits);
      for (int column = 0; column < columns; column++) {
        int at = group[column] * rows + row;
        weights[row * columns + column] =
            (Byte.toUnsignedInt(codes[column]) - zeros[at]) * steps[at];
      }
    }
    return weights;
  }

  @Override
  public QuantizedLinear codes(Checkpoint stored) throws IOException {
    int[] group = groupOf(stored);
    int size = (columns + groups - 1) / groups;
    for (int column = 0; column < columns; column++) {
      if (columns % groups != 0 || group[column] != column / size) {
        throw new InputException(
            Words.format(
                "%s: the inputs of %s are in an order of their own (g_idx), so its codes can't be checked.",
                location, linear));
      }
    }
    IntBuffer packed = stored.bytes(linear + Gptq.CODES).asIntBuffer();
    byte[] codes = new byte[rows * columns];
    for (int row = 0; row < rows; row++) {
      DensePacker.unpack(
          packed, new Run(row, rows), codes, Run.along(row * columns), columns, bits);
    }
    int[] unpacked = zeros(stored);
    byte[] zeros = new byte[unpacked.length];
    for (int row = 0; row < rows; row++) {
      for (int g = 0; g < groups; g++) {
        zeros[row * groups + g] = (byte) unpacked[g * rows + row];
      }
    }
    float[] steps = Transposed.transpose(stored.floats(linear + Gptq.STEPS), groups, rows);
    Grid grid = new Grid(bits, size, false, stepType);
    return new QuantizedLinear(rows, columns, size, grid, codes, steps, zeros);
  }

  /** Zero points as [groups, outputs]. */
  private int[] zeros(Checkpoint stored) throws IOException {
    int words = DensePacker.words(rows, bits);
    IntBuffer packed = stored.bytes(linear + Gptq.ZEROS).asIntBuffer();
    byte[] unpacked = new byte[groups * rows];
    for (int g = 0; g < groups; g++) {
      DensePacker.unpack(packed, Run.along(g * words), unpacked, Run.along(g * rows), rows, bits);
    }
    int[] zeros = new int[unpacked.length];
    Arrays.setAll(zeros, i -> Byte.toUnsignedInt(unpacked[i]) + offset & (1 << bits) - 1);
    return zeros;
  }

  private int[] groupOf(Checkpoint stored) throws IOException {
    int[] group = new int[columns];
    stored.bytes(linear + Gptq.GROUPS).asIntBuffer().get(group);
    for (int column = 0; column < columns; column++) {
      if (group[column] < 0 || group[column] >= groups) {
        throw new InputException(
            Words.format(
                "%s: %s.g_idx puts input %d into group %d of %d. Fetch or write the folder again.",
                location, linear, column, group[column], groups));
      }
    }
    return group;
  }
}
