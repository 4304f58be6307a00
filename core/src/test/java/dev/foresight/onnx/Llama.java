package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.RenamedCheckpoint;
import dev.foresight.tensor.SafetensorsFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.TreeMap;

/** The random Llama checkpoint of llama_goldens.py and what transformers computed with it. */
public final class Llama {
  /** Where the golden checkpoint lies. */
  public static final LocalModelFolder FOLDER = new LocalModelFolder(resource("/onnx/llama"));

  private Llama() {}

  /** The model as it is. */
  public static Model open() throws IOException {
    return Model.open(FOLDER);
  }

  /** The model with a piece of its config.json replaced. */
  public static Model open(String from, String to) throws IOException {
    String json = FOLDER.text("config.json");
    if (!json.contains(from)) {
      throw new IllegalArgumentException("No such text in config.json: " + from);
    }
    ModelConfig config = ModelConfig.parse(json.replace(from, to), "changed config.json");
    return Model.of(config, Checkpoints.open(FOLDER), FOLDER.location());
  }

  /** The model without its head, which its config.json then ties to the embedding. */
  public static Model openTied() throws IOException {
    String json = FOLDER.text("config.json");
    Checkpoint both = Checkpoints.open(FOLDER);
    TreeMap<String, String> names = new TreeMap<>();
    both.tensors().forEach(tensor -> names.put(tensor.name(), tensor.name()));
    names.remove("lm_head.weight");
    return Model.of(
        ModelConfig.parse(
            json.replace("\"tie_word_embeddings\": false", "\"tie_word_embeddings\": true"),
            "tied"),
        new RenamedCheckpoint(both, "tied", names),
        FOLDER.location());
  }

  /** The model with other weights. */
  static Model open(ChangedCheckpoint.Change change) throws IOException {
    return Model.of(FOLDER, new ChangedCheckpoint(Checkpoints.open(FOLDER), change));
  }

  /** The tensors that llama_goldens.py wrote into a file of the resources. */
  public static Checkpoint golden(String file) throws IOException {
    Path path = resource(file);
    return SafetensorsFile.open(
        new LocalModelFolder(path.getParent()).open(path.getFileName().toString()));
  }

  /** Token ids [sequences, length] of a golden tensor. */
  public static int[][] ids(Checkpoint golden) throws IOException {
    int sequences = golden.info("ids").shape().get(0).intValue();
    int length = golden.info("ids").shape().get(1).intValue();
    ByteBuffer bytes = golden.bytes("ids");
    int[][] ids = new int[sequences][length];
    for (int i = 0; i < sequences * length; i++) {
      ids[i / length][i % length] = bytes.getInt(i * Integer.BYTES);
    }
    return ids;
  }

  /** Root mean square of the difference over the root mean square of what is wanted. */
  public static double relativeRms(float[] found, float[] wanted) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < wanted.length; i++) {
      double d = (double) found[i] - wanted[i];
      difference += d * d;
      size += (double) wanted[i] * wanted[i];
    }
    return Math.sqrt(difference / size);
  }

  private static Path resource(String name) {
    try {
      return Path.of(Llama.class.getResource(name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
