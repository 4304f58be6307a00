package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;

/** One linear as a quantized folder holds it, its tensors checked against each other. */
interface StoredLinear {
  /** The tensors that stand for the weight, by full name. */
  List<String> parts();

  /** What a checkpoint that dequantizes says of the weight: [outputs, inputs], the steps' type. */
  TensorInfo weight();

  /** The weights that a reader computes in fp32, [outputs, inputs]. */
  float[] floats(Checkpoint stored) throws IOException;

  /**
   * The same in codes, steps and zero points.
   *
   * @throws InputException if its inputs are in an order of groups that codes alone do not tell
   */
  QuantizedLinear codes(Checkpoint stored) throws IOException;

  /** What a config says of the linears of a folder, ready to read them. */
  interface Format {
    /** The last part of the name of the tensor that marks a quantized linear. */
    String mark();

    /**
     * @param location what messages call the folder
     * @throws InputException if a part is missing or does not fit the others
     */
    StoredLinear linear(String location, Checkpoint stored, String linear) throws IOException;
  }

  /**
   * @throws InputException if one of the parts is not there
   */
  static void require(String location, Checkpoint stored, String linear, List<String> parts) {
    for (String part : parts) {
      if (!stored.contains(linear + part)) {
        throw new InputException(
            Words.format("%s has no %s%s. Fetch or write the folder again.", location, linear, part));
      }
    }
  }

  /**
   * @param by what asks for the type and shape
   * @throws InputException if the tensor has another type or shape
   */
  static void expect(String location, TensorInfo info, String by, DType dtype, long... shape) {
    TensorInfo expected = TensorInfo.of(info.name(), dtype, shape);
    if (!info.equals(expected)) {
      throw new InputException(
          Words.format("%s: %s is %s %s, but the config and %s ask for %s %s. Was it packed by another release?", location, info.name(), info.dtype(), info.shape(), by, dtype, expected.shape()));
    }
  }

  /**
   * The type of steps.
   *
   * @throws InputException if it is no float of 16 or 32 bits
   */
  static DType stepType(String location, Checkpoint stored, String linear, String part) {
    DType type = stored.info(linear + part).dtype();
    if (!type.widensToFloat()) {
      throw new InputException(
          Words.format("%s: the %s of %s is %s; F16, BF16 or F32 can be read.", location, part.substring(1), linear, type));
    }
    return type;
  }
}
