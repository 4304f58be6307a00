package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;

/** Opens the weights of a model folder as floats, whether it is quantized or not. */
public final class ExportedCheckpoints {
  private ExportedCheckpoints() {}

  /**
   * @throws InputException if config.json names a quantization that can't be read here
   */
  public static Checkpoint open(ModelFolder folder) throws IOException {
    String config = folder.location() + "/config.json";
    ObjectNode json = StrictJson.object(config, folder.text("config.json"));
    if (!json.hasNonNull(WrittenConfig.QUANTIZATION)) {
      return Checkpoints.open(folder);
    }
    if (!(json.get(WrittenConfig.QUANTIZATION) instanceof ObjectNode quantization)) {
      throw new InputException("%s: quantization_config is not a JSON object.".formatted(config));
    }
    String method = quantization.path("quant_method").asText("(none)");
    if (!method.equals(CompressedTensors.METHOD)) {
      throw new InputException(
          "%s is quantized by '%s', which can't be read here; float models and %s can."
              .formatted(folder.location(), method, CompressedTensors.METHOD));
    }
    return QuantizedCheckpoint.of(folder.location(), quantization, Checkpoints.open(folder));
  }
}
