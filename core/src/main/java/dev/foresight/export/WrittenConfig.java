package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.StrictJson;
import java.util.List;
import java.util.Map;

/** config.json of a written folder. */
public final class WrittenConfig {
  static final String QUANTIZATION = "quantization_config";

  private static final Map<DType, String> NAMES =
      Map.of(DType.F16, "float16", DType.BF16, "bfloat16", DType.F32, "float32");

  private WrittenConfig() {}

  /**
   * The original's settings in their order, then what the container says of the weights; the type
   * of the model is that of the tensors left in float.
   *
   * @param location what messages call the original folder
   * @param original its config.json
   * @param grid that of all quantized linears
   * @param keptInFloat names of all linears that are not quantized, with the output head
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
    container
        .floatType()
        .ifPresent(
            type -> config.put(config.has("dtype") ? "dtype" : "torch_dtype", NAMES.get(type)));
    container
        .quantizationConfig(grids.common(), grids.others(), keptInFloat)
        .ifPresent(node -> config.set(QUANTIZATION, node));
    return StrictJson.pretty(config);
  }

  /**
   * @throws InputException if the model is quantized already
   */
  public static void requireFloat(String location, ObjectNode config) {
    if (config.hasNonNull(QUANTIZATION)) {
      throw new InputException(
          "%s is quantized already (%s): name the folder with the original weights."
              .formatted(
                  location,
                  config.path(QUANTIZATION).path("quant_method").asText("unnamed method")));
    }
  }
}
