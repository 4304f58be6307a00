package dev.foresight.onnx;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A golden checkpoint with other flags, embedding, head and names, as head_golden.py makes it.
 *
 * @param base which checkpoint
 * @param flag tie_word_embeddings of the file: true, false or absent
 * @param text that of its text_config, where it has one
 * @param stored embedding, head, or both, which are equal or differ: the head is half the embedding
 * @param decoder prefix of the decoder
 * @param head prefix of the head
 */
public record HeadCase(
    String base, String flag, String text, String stored, String decoder, String head) {
  private static final Map<String, List<String>> NAMES =
      Map.ofEntries(
          Map.entry("llama stored", List.of("model.", "lm_head.")),
          Map.entry("llama bare", List.of("", "lm_head.")),
          Map.entry("llama twice", List.of("model.model.", "model.lm_head.")),
          Map.entry("llama head_below", List.of("model.", "model.lm_head.")),
          Map.entry("gemma2 stored", List.of("model.", "lm_head.")),
          Map.entry("gemma3 stored", List.of("language_model.model.", "language_model.lm_head.")),
          Map.entry("gemma3 since_5", List.of("model.language_model.", "lm_head.")),
          Map.entry("gemma3 no_model", List.of("language_model.", "lm_head.")),
          Map.entry("gemma3 both", List.of("model.language_model.model.", "model.lm_head.")));

  /** A case by its golden name: base, flag, text, what is stored, names. */
  public static HeadCase parse(String name) {
    String[] parts = name.split(" ");
    List<String> names = NAMES.get(parts[0] + " " + parts[4]);
    return new HeadCase(parts[0], parts[1], parts[2], parts[3], names.get(0), names.get(1));
  }

  /** The model, opened as a user's. */
  public Model open() throws IOException {
    return Model.open(folder());
  }

  /** A folder of config.json and model.safetensors. */
  public MemoryFolder folder() throws IOException {
    var original = new GoldenModel(base).folder();
    ObjectNode config = StrictJson.object("config.json", original.text("config.json"));
    set(config, flag);
    if (config.get("text_config") instanceof ObjectNode part) {
      set(part, text);
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    try (Checkpoint checkpoint = Checkpoints.open(original)) {
      SafetensorsWriter.write(tensors(checkpoint), file);
    }
    return MemoryFolder.of("model.safetensors", file.toByteArray())
        .with("config.json", config.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void set(ObjectNode config, String flag) {
    config.remove("tie_word_embeddings");
    if (!flag.equals("absent")) {
      config.put("tie_word_embeddings", Boolean.parseBoolean(flag));
    }
  }

  private List<NamedTensor> tensors(Checkpoint checkpoint) throws IOException {
    String oldDecoder = NAMES.get(base + " stored").get(0);
    String oldHead = NAMES.get(base + " stored").get(1);
    String embedding = "embed_tokens.weight";
    List<NamedTensor> tensors = new ArrayList<>();
    for (TensorInfo info : checkpoint.tensors()) {
      String name = info.name();
      if (!name.equals(oldDecoder + embedding) && !name.equals(oldHead + "weight")) {
        String now =
            name.startsWith(oldDecoder) ? decoder + name.substring(oldDecoder.length()) : name;
        tensors.add(tensor(now, info, checkpoint.floats(name)));
      }
    }
    TensorInfo table = checkpoint.info(oldDecoder + embedding);
    float[] values = checkpoint.floats(table.name());
    if (!stored.equals("head")) {
      tensors.add(tensor(decoder + embedding, table, values));
    }
    if (!stored.equals("embedding")) {
      float[] own = values.clone();
      for (int i = 0; i < own.length && !stored.equals("equal"); i++) {
        own[i] = own[i] * 0.5f;
      }
      tensors.add(tensor(head + "weight", table, own));
    }
    return tensors;
  }

  private static NamedTensor tensor(String name, TensorInfo info, float[] values) {
    return NamedTensor.ofFloats(new TensorInfo(name, info.dtype(), info.shape()), values);
  }
}
