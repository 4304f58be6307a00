package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.IntBuffer;
import java.util.List;

/**
 * One linear in the tensors of {@link Awq}.
 *
 * @param linear its name without {@code .weight}
 * @param rows outputs
 * @param columns inputs
 * @param group inputs that share a step
 * @param stepType type of the steps
 */
record AwqLinear(String linear, int rows, int columns, int group, DType stepType)
    implements StoredLinear {
  /**
   * @param location what messages call the folder
   * @throws InputException if a part is missing or does not fit the others
   */
  static AwqLinear of(String location, Checkpoint stored, String linear, AwqSettings settings) {
    StoredLinear.require(location, stored, linear, List.of(Gptq.CODES, Gptq.ZEROS, Gptq.STEPS));
    List<Long> codes = stored.info(linear + Gptq.CODES).shape();
    long columns = codes.isEmpty() ? 0 : codes.get(0);
    long words = codes.size() == 2 ? codes.get(1) : 0;
    long rows = words > Integer.MAX_VALUE / Awq.MULTIPLE ? 0 : words * Awq.MULTIPLE;
    if (rows < 1 || columns < 1 || columns > Integer.MAX_VALUE / rows) {
      throw new InputException(
          Words.format(
              "%s: the qweight of %s is %s, which is that of no linear.", location, linear, codes));
    }
    int group = settings.group() == -1 ? (int) columns : settings.group();
    if (columns % group != 0) {
      throw new InputException(
          Words.format(
              "%s: %s has %d inputs, which are not cut into groups of %d. Was it packed by another release?",
              location, linear, columns, group));
    }
    DType stepType = StoredLinear.stepType(location, stored, linear, Gptq.STEPS);
    long groups = columns / group;
    String by = "qweight";
    StoredLinear.expect(location, stored.info(linear + Gptq.CODES), by, DType.I32, columns, words);
    StoredLinear.expect(location, stored.info(linear + Gptq.ZEROS), by, DType.I32, groups, words);
    StoredLinear.expect(location, stored.info(linear + Gptq.STEPS), by, stepType, groups, rows);
    return new AwqLinear(linear, (int) rows, (int) columns, group, stepType);
  }

  @Override
  public List<String> parts() {
    return List.of(linear + Gptq.CODES, linear + Gptq.ZEROS, linear + Gptq.STEPS);
  }

  @Override
  public TensorInfo weight() {
    return TensorInfo.of(linear + ".weight", stepType, rows, columns);
  }

  @Override
  public float[] floats(Checkpoint stored) throws IOException {
    return codes(stored).dequantized().values();
  }

  @Override
  public QuantizedLinear codes(Checkpoint stored) throws IOException {
    int groups = columns / group;
    IntBuffer codes = stored.bytes(linear + Gptq.CODES).asIntBuffer();
    IntBuffer zeros = stored.bytes(linear + Gptq.ZEROS).asIntBuffer();
    float[] steps = stored.floats(linear + Gptq.STEPS);
    return new QuantizedLinear(
        rows,
        columns,
        group,
        new Grid(Awq.BITS, group, false, stepType),
        Awq.unpacked(codes, rows, columns),
        Transposed.transpose(steps, groups, rows),
        Awq.unpacked(zeros, rows, groups));
  }
}
