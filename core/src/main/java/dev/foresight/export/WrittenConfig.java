package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** config.json of a written folder. */
public final class WrittenConfig {
  static final String QUANTIZATION = "quantization_config";
  private static final String TIED = "tie_word_embeddings";

  private static final Map<DType, String> NAMES =
      Map.of(DType.F16, "float16", DType.BF16, "bfloat16", DType.F32, "float32");

  private static final List<String> TYPE_KEYS = List.of("dtype", "torch_dtype");

  private WrittenConfig() {}

  /**
   * The original's settings in their order, then what the container says of the weights; the type
   * of the model is that of the tensors left in float.
   *
   * @param location what messages call the original folder
   * @param original its config.json
   * @param grid that of all quantized linears
   * @param keptInFloat entries of {@link KeptInFloat}
   * @throws InputException if the original says that it is quantized already
   */
  public static String text(
      String location,
      ObjectNode original,
      Container container,
      Grid grid,
      List<String> keptInFloat) {
    return text(location, original, container, ModelGrids.of(grid), keptInFloat);
  }

  /** The same where some linears have grids of their own. */
  public static String text(
      String location,
      ObjectNode original,
      Container container,
      ModelGrids grids,
      List<String> keptInFloat) {
    requireFloat(location, original);
    ObjectNode config = original.deepCopy();
    container.floatType().ifPresent(type -> setType(config, NAMES.get(type)));
    container
        .quantizationConfig(grids.common(), grids.others(), keptInFloat)
        .ifPresent(node -> config.set(QUANTIZATION, node));
    return StrictJson.pretty(config);
  }

  /** Wherever the type is named, in parts of a larger model too, because all tensors have it. */
  private static void setType(ObjectNode config, String type) {
    boolean named = false;
    for (String key : TYPE_KEYS) {
      for (ObjectNode part : having(config, key)) {
        if (part.path(key).isTextual()) {
          part.put(key, type);
          named |= part == config;
        }
      }
    }
    if (!named) {
      config.put(TYPE_KEYS.get(1), type); // the older key: every release of transformers reads it
    }
  }

  /** The object itself and those inside it that have a key. */
  private static List<ObjectNode> having(ObjectNode config, String key) {
    List<ObjectNode> parts = new ArrayList<>();
    for (JsonNode parent : config.findParents(key)) {
      parts.add((ObjectNode) parent);
    }
    return parts;
  }

  /**
   * Says that the output head is not the embedding, of the model and of its decoder: readers heed
   * the one, the other or both.
   */
  public static void untie(ObjectNode config) {
    config.put(TIED, false);
    if (config.get("text_config") instanceof ObjectNode text) {
      text.put(TIED, false);
    }
  }

  /**
   * @throws InputException if the model, or a part of it, is quantized already
   */
  public static void requireFloat(String location, ObjectNode config) {
    for (String key : List.of(QUANTIZATION, "compression_config")) {
      for (ObjectNode part : having(config, key)) {
        if (part.hasNonNull(key)) {
          throw new InputException(
              Words.format(
                  "%s is quantized already (%s): name the folder with the original weights.",
                  location, part.path(key).path("quant_method").asText("unnamed method")));
        }
      }
    }
  }
}
