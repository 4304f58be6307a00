package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.Gptq.Zeros;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.util.Locale;

/**
 * The {@code quantization_config} of a GPTQ folder, ours or another's.
 *
 * @param bits width of a code; 0 where linears differ, and their tensors tell
 * @param group inputs that share a step, -1 for all; 0 where linears differ
 * @param zeros how zero points are stored
 */
record GptqSettings(int bits, int group, Zeros zeros) implements StoredLinear.Format {
  /**
   * @throws InputException if the folder can't be dequantized by what this says
   */
  static GptqSettings read(String where, ObjectNode config) {
    String format = config.path("format").asText(Zeros.LESS_ONE.format());
    format = config.path("checkpoint_format").asText(format).toLowerCase(Locale.ROOT);
    Zeros zeros =
        switch (format) {
          case "gptq" -> Zeros.LESS_ONE;
          case "gptq_v2" -> Zeros.AS_THEY_ARE;
          default -> throw wrong(where, "checkpoint_format", format);
        };
    String words = config.path("pack_dtype").asText("int32");
    if (!words.equals("int32")) {
      throw wrong(where, "pack_dtype", words);
    }
    JsonNode bits = config.path("bits");
    if (!bits.isInt() || !Gptq.hasWidth(bits.intValue())) {
      throw wrong(where, "bits", bits);
    }
    JsonNode group = config.path("group_size");
    if (!group.isInt() || group.intValue() < -1 || group.intValue() == 0) {
      throw wrong(where, "group_size", group);
    }
    boolean alike = config.path("dynamic").isEmpty();
    return new GptqSettings(alike ? bits.intValue() : 0, alike ? group.intValue() : 0, zeros);
  }

  private static InputException wrong(String where, String key, Object value) {
    return new InputException(
        Words.format("%s: %s %s can't be read here; gptq and gptq_v2 of 2, 3, 4 or 8 bits in words of int32 can.", where, key, value.toString().isEmpty() ? "(missing)" : value));
  }

  @Override
  public String mark() {
    return Gptq.CODES;
  }

  @Override
  public StoredLinear linear(String location, Checkpoint stored, String linear) throws IOException {
    return GptqLinear.of(location, stored, linear, this);
  }
}
