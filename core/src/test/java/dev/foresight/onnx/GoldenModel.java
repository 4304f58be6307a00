package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/**
 * A random checkpoint of architecture_goldens.py or llama_goldens.py, and what transformers
 * computed with it.
 *
 * @param name of its folder
 */
public record GoldenModel(String name) {
  /** Every family, with every feature that is computed. */
  public static List<GoldenModel> all() {
    return List.of(
            "llama",
            "llama-linear",
            "llama-llama3",
            "llama-yarn",
            "mistral",
            "qwen2",
            "qwen3",
            "gemma2",
            "gemma3_text",
            "phi3")
        .stream()
        .map(GoldenModel::new)
        .toList();
  }

  /** Where it lies. */
  public LocalModelFolder folder() {
    try {
      return new LocalModelFolder(Path.of(GoldenModel.class.getResource("/onnx/" + name).toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The model as it is. */
  public Model open() throws IOException {
    return Model.open(folder());
  }

  /** The model with a piece of its config.json replaced. */
  public Model open(String from, String to) throws IOException {
    String json = folder().text("config.json");
    if (!json.contains(from)) {
      throw new IllegalArgumentException("No such text in config.json: " + from);
    }
    ModelConfig config = ModelConfig.parse(json.replace(from, to), "changed config.json");
    return Model.of(config, Checkpoints.open(folder()), folder().location());
  }

  /** The model with other weights. */
  public Model open(ChangedCheckpoint.Change change) throws IOException {
    return Model.of(folder(), new ChangedCheckpoint(Checkpoints.open(folder()), change));
  }

  /** What transformers computed. */
  public Checkpoint golden() throws IOException {
    return Llama.golden("/onnx/" + name + "/golden.safetensors");
  }

  @Override
  public String toString() {
    return name;
  }
}
