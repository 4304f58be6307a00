package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.util.Locale;

/**
 * The {@code quantization_config} of an AWQ folder, ours or another's.
 *
 * @param group inputs that share a step, -1 for all
 */
record AwqSettings(int group) implements StoredLinear.Format {
  /**
   * @throws InputException if the folder can't be dequantized by what this says
   */
  static AwqSettings read(String where, ObjectNode config) {
    String format = config.path("format").asText("gemm");
    format = config.path("version").asText(format).toLowerCase(Locale.ROOT);
    if (!format.equals("gemm")) {
      throw wrong(where, "version", format);
    }
    JsonNode bits = config.has("bits") ? config.get("bits") : config.path("w_bit");
    if (!bits.isInt() || bits.intValue() != Awq.BITS) {
      throw wrong(where, "bits", bits);
    }
    JsonNode group =
        config.has("group_size") ? config.get("group_size") : config.path("q_group_size");
    if (!group.isInt() || group.intValue() < -1 || group.intValue() == 0) {
      throw wrong(where, "group_size", group);
    }
    return new AwqSettings(group.intValue());
  }

  private static InputException wrong(String where, String key, Object value) {
    return new InputException(
        Words.format("%s: %s %s can't be read here; version gemm of 4 bits in groups or whole rows can.", where, key, value.toString().isEmpty() ? "(missing)" : value));
  }

  @Override
  public String mark() {
    return Gptq.CODES;
  }

  @Override
  public StoredLinear linear(String location, Checkpoint stored, String linear) throws IOException {
    return AwqLinear.of(location, stored, linear, this);
  }
}
