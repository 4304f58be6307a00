package dev.foresight.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Halves;
import dev.foresight.tensor.Matrix;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads what {@code src/test/python/quantize_reference.py} (NumPy 2.4) wrote. */
public final class Golden {
  private Golden() {}

  public static JsonNode read(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/quantize/" + name)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static ByteBuffer bytes(JsonNode array) {
    try {
      return ByteBuffer.wrap(array.get("data").binaryValue()).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** float32, float16, or the upper halves of float32 as uint16. */
  public static float[] floats(JsonNode array) {
    ByteBuffer bytes = bytes(array);
    String dtype = array.get("dtype").textValue();
    float[] values = new float[bytes.remaining() / (dtype.equals("float32") ? 4 : 2)];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case "float32" -> bytes.getFloat();
            case "float16" -> Halves.f16ToFloat(bytes.getShort());
            case "uint16" -> Halves.bf16ToFloat(bytes.getShort());
            default -> throw new IllegalArgumentException(dtype);
          };
    }
    return values;
  }

  public static double[] doubles(JsonNode array) {
    ByteBuffer bytes = bytes(array);
    double[] values = new double[bytes.remaining() / 8];
    bytes.asDoubleBuffer().get(values);
    return values;
  }

  public static Matrix matrix(JsonNode array) {
    JsonNode shape = array.get("shape");
    return new Matrix(shape.get(0).intValue(), shape.get(1).intValue(), floats(array));
  }

  public static Grid grid(JsonNode grid) {
    return new Grid(
        grid.get("bits").intValue(),
        grid.get("group").intValue(),
        grid.get("symmetric").booleanValue(),
        DType.parse(grid.get("dtype").textValue()),
        grid.get("least_zero").intValue(),
        SymmetricStep.parse(grid.get("symmetric_step").textValue()));
  }
}
