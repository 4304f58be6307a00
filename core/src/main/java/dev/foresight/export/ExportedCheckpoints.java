package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.List;

/** Opens the weights of a model folder as floats, whether it is quantized or not. */
public final class ExportedCheckpoints {
  private static final String REPORT = "report.json";
  private static final String SUCCESS = "_SUCCESS";

  private ExportedCheckpoints() {}

  /**
   * @throws InputException if config.json names a quantization that can't be read here, or the
   *     folder was never finished
   */
  public static Checkpoint open(ModelFolder folder) throws IOException {
    requireFinished(folder);
    String config = folder.location() + "/config.json";
    ObjectNode json = StrictJson.object(config, folder.text("config.json"));
    if (!json.hasNonNull(WrittenConfig.QUANTIZATION)) {
      return Checkpoints.open(folder);
    }
    if (!(json.get(WrittenConfig.QUANTIZATION) instanceof ObjectNode quantization)) {
      throw new InputException("%s: quantization_config is not a JSON object.".formatted(config));
    }
    StoredLinear.Format format = format(folder, quantization);
    return QuantizedCheckpoint.of(folder.location(), format, Checkpoints.open(folder));
  }

  /** Only of folders that Foresight wrote: others have no such mark. */
  private static void requireFinished(ModelFolder folder) throws IOException {
    List<String> files = folder.files();
    if (!files.contains(REPORT) || files.contains(SUCCESS)) {
      return;
    }
    String where = folder.location() + "/" + REPORT;
    if (StrictJson.object(where, folder.text(REPORT)).path("writer").asText().equals("foresight")) {
      throw new InputException(
          "%s was not finished by the job that wrote it (no %s): write it again with --overwrite."
              .formatted(folder.location(), SUCCESS));
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
              "%s is quantized by '%s', which can't be read here; float models, %s, %s and %s can."
                  .formatted(
                      folder.location(),
                      method,
                      CompressedTensors.METHOD,
                      Gptq.METHOD,
                      Awq.METHOD));
    };
  }
}
