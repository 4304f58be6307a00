package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.List;

/**
 * What a compressed-tensors config says of the weights of some linears.
 *
 * @param bits width of a code, 2 to 8
 * @param group input channels that share a step; 0 for whole rows
 * @param symmetric whether there are no zero points
 */
record CompressedTensorsScheme(int bits, int group, boolean symmetric) {
  /** Keys that change what the weights mean or how they are used, and are not understood here. */
  private static final List<String> MUST_BE_EMPTY =
      List.of("input_activations", "output_activations");

  /**
   * Reads one config group.
   *
   * @param where what messages call it
   * @throws InputException for anything but integer weights in groups or whole rows
   */
  static CompressedTensorsScheme read(String where, JsonNode node) {
    for (String key : MUST_BE_EMPTY) {
      requireEmpty(where, node, key);
    }
    String format = node.path("format").asText(CompressedTensors.FORMAT);
    require(format.equals(CompressedTensors.FORMAT), where, "format", format);
    JsonNode weights = node.path("weights");
    require(weights.isObject(), where, "weights", weights);
    String type = weights.path("type").asText("int");
    require(type.equals("int"), where, "type", type);
    JsonNode bits = weights.path("num_bits");
    require(bits.isInt() && bits.intValue() >= 2 && bits.intValue() <= 8, where, "num_bits", bits);
    JsonNode actOrder = weights.path("actorder");
    boolean ordered = actOrder.asText().equals("group") || actOrder.asText().equals("dynamic");
    require(!ordered && !actOrder.asBoolean(), where, "actorder", actOrder);
    require(!weights.path("dynamic").asBoolean(), where, "dynamic", weights.path("dynamic"));
    boolean symmetric = weights.path("symmetric").asBoolean(true);
    return new CompressedTensorsScheme(bits.intValue(), group(where, weights), symmetric);
  }

  private static int group(String where, JsonNode weights) {
    JsonNode size = weights.path("group_size");
    String strategy = weights.path("strategy").asText("");
    if (strategy.isEmpty() || strategy.equals("null")) {
      strategy = size.asInt() > 0 ? "group" : size.asInt() == -1 ? "channel" : "tensor";
    }
    switch (strategy) {
      case "channel" -> {
        return 0;
      }
      case "group" -> {
        require(size.isInt() && size.intValue() > 0, where, "group_size", size);
        return size.intValue();
      }
      default -> throw wrong(where, "strategy", strategy);
    }
  }

  /** Refuses a setting that is there and says anything. */
  static void requireEmpty(String where, JsonNode node, String key) {
    JsonNode value = node.path(key);
    boolean empty =
        value.isMissingNode() || value.isNull() || value.isContainerNode() && value.isEmpty();
    require(empty, where, key, value);
  }

  static void require(boolean right, String where, String key, Object value) {
    if (!right) {
      throw wrong(where, key, value);
    }
  }

  private static InputException wrong(String where, String key, Object value) {
    return new InputException(
        Words.format("%s: %s %s can't be read here; integer weights of 2 to 8 bits in groups or whole rows can.", where, key, value.toString().isEmpty() ? "(missing)" : value));
  }
}
