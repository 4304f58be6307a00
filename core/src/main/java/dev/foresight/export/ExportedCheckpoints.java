package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;

/** Opens the weights of a model folder as floats, whether it is quantized or not. */
public final class ExportedCheckpoints {
  private ExportedCheckpoints() {}

  /**
   * @throws InputException if the safetensors are not the whole model, or config.json names a
   *     quantization that can't be read here
   */
  public static Checkpoint open(ModelFolder folder) throws IOException {
    WholeModel.require(folder);
    String config = folder.location() + "/config.json";
    ObjectNode json = StrictJson.object(config, folder.text("config.json"));
    if (!json.hasNonNull(WrittenConfig.QUANTIZATION)) {
      return Checkpoints.open(folder);
    }
    if (!(json.get(WrittenConfig.QUANTIZATION) instanceof ObjectNode quantization)) {
      throw new InputException(
          Words.format("%s: quantization_config is not a JSON object.", config));
    }
    StoredLinear.Format format = format(folder, quantization);
    return QuantizedCheckpoint.of(folder.location(), format, Checkpoints.open(folder));
  }

  /**
   * The model of a folder. Closing it closes the tensors; if it is refused, nothing stays open.
   *
   * @throws InputException as {@link #open} does, or if config.json and tensors don't fit
   */
  public static Model model(ModelFolder folder) throws IOException {
    Checkpoint checkpoint = open(folder);
    try {
      return Model.of(folder, checkpoint);
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private static StoredLinear.Format format(ModelFolder folder, ObjectNode quantization) {
    String where = "The quantization_config of " + folder.location();
    String method = quantization.path("quant_method").asText("(none)");
    return switch (method) {
      case CompressedTensors.METHOD -> CompressedTensorsSettings.read(where, quantization);
      case Gptq.METHOD -> GptqSettings.read(where, quantization);
      case Awq.METHOD -> AwqSettings.read(where, quantization);
      default ->
          throw new InputException(
              Words.format(
                  "%s is quantized by '%s', which can't be read here; float models, %s, %s and %s can.",
                  folder.location(), method, CompressedTensors.METHOD, Gptq.METHOD, Awq.METHOD));
    };
  }
}
