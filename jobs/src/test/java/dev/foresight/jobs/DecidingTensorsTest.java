package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.StrictJson;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tensors that config.json does not tell of, from the folder to what is written; one block. */
class DecidingTensorsTest {
  @TempDir private Path folder;
  private final Map<String, float[]> values = new TreeMap<>();
  private final Map<String, TensorInfo> infos = new TreeMap<>();

  @BeforeEach
  void readOneBlock() throws IOException {
    try (Checkpoint tiny = Checkpoints.open(new LocalModelFolder(Cli.TINY))) {
      for (TensorInfo info : tiny.tensors()) {
        if (!info.name().startsWith("model.layers.") || info.name().startsWith("model.layers.0.")) {
          infos.put(info.name(), info);
          values.put(info.name(), tiny.floats(info.name()));
        }
      }
    }
  }

  /** transformers 5.23 reads these names, takes this head, and leaves score.weight aside. */
  @Test
  void whatWasUsedIsWrittenAndSaid() throws IOException {
    float[] head = values.get("model.embed_tokens.weight").clone();
    head[5] = 0.125f;
    put("lm_head.weight", head, 4096, 128);
    put("score.weight", new float[256], 2, 128);
    write("model", name -> name.replace("model.", ""), "");
    Path out = folder.resolve("out");
    Cli.Result result = quantize("model", out, "--container", "gptq", "--bits", 8);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("Note: 11 tensors go by other names than they are stored under")
        .contains("Note: config.json ties the output head to the embedding, but lm_head.weight is")
        .contains("Note: The written config.json says tie_word_embeddings false")
        .contains(
            "Note: Copied as they are, though no part of a llama model reads them: score.weight.");
    JsonNode report = json(out.resolve("report.json"));
    assertThat(report.get("copied"))
        .singleElement()
        .extracting(JsonNode::asText)
        .isEqualTo("score.weight");
    assertThat(report.get("warnings").size()).isGreaterThanOrEqualTo(4);
    assertThat(json(out.resolve("config.json")).get("tie_word_embeddings").booleanValue())
        .isFalse();
    try (Checkpoint written = Checkpoints.open(new LocalModelFolder(out))) {
      assertThat(written.floats("lm_head.weight")).isEqualTo(head);
      assertThat(written.floats("score.weight")).containsOnly(0);
      assertThat(written.contains("model.layers.0.mlp.up_proj.qweight")).isTrue();
    }
    Cli.Result verified = Cli.run("verify", "--master", "local[1]", out);
    assertThat(verified.exitCode()).as(verified.err()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"lm_head.weight", "score.weight"})
  void tensorThatIsNotFiniteIsRefusedByNameBeforeAnythingIsTouched(String name) throws IOException {
    put("lm_head.weight", values.get("model.embed_tokens.weight").clone(), 4096, 128);
    put("score.weight", new float[256], 2, 128);
    write("model", n -> n, name);
    Path out = folder.resolve("out");
    Cli.Result result = quantize("model", out);
    assertRefused(result, name);
    assertThat(out).doesNotExist();
  }

  @Test
  void commandsWithoutSparkRefuseWhatTheyRead() throws IOException {
    Path text = Files.writeString(folder.resolve("t.txt"), "The river rose.");
    for (String name : new String[] {"model.embed_tokens.weight", "model.norm.weight"}) {
      write(name, n -> n, name);
      assertRefused(Cli.run("run", "--model", folder.resolve(name), "--text", text), name);
    }
    Path out = folder.resolve("blocks");
    Path model = folder.resolve("model.embed_tokens.weight");
    assertRefused(
        Cli.run("export-blocks", "--model", model, "--out", out), "model.embed_tokens.weight");
    assertThat(out).doesNotExist();
  }

  @Test
  void verifyFindsWhatIsNotFiniteInAFolderOfOthers() throws IOException {
    write("model", n -> n, "model.norm.weight");
    Cli.Result result = Cli.run("verify", "--master", "local[1]", folder.resolve("model"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.out() + result.err()).contains("element 3 of model.norm.weight is NaN");
  }

  private static void assertRefused(Cli.Result result, String tensor) {
    assertThat(result.exitCode()).as(result.out()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err())
        .contains("model.safetensors: element 3 of " + tensor + " is NaN. Fetch or write");
  }

  private Cli.Result quantize(String model, Path out, Object... more) {
    Object[] all = new Object[more.length + 11];
    Object[] fixed = {
      "quantize",
      "--master",
      "local[1]",
      "--method",
      "rtn",
      "--group",
      64,
      "--model",
      folder.resolve(model),
      "--out",
      out
    };
    System.arraycopy(fixed, 0, all, 0, fixed.length);
    System.arraycopy(more, 0, all, fixed.length, more.length);
    return Cli.run(all);
  }

  private void put(String name, float[] tensor, long... shape) {
    infos.put(name, TensorInfo.of(name, DType.F16, shape));
    values.put(name, tensor);
  }

  /** A folder beside the demo model's tokenizer, whose spoilt tensor holds NaN as element 3. */
  private void write(String name, java.util.function.UnaryOperator<String> stored, String spoilt)
      throws IOException {
    Path model = Files.createDirectories(folder.resolve(name));
    ObjectNode config = json(Cli.TINY.resolve("config.json")).put("num_hidden_layers", 1);
    Files.writeString(model.resolve("config.json"), config.toString());
    for (String file : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(Cli.TINY.resolve(file), model.resolve(file));
    }
    var tensors =
        infos.values().stream()
            .map(
                info -> {
                  TensorInfo now =
                      new TensorInfo(stored.apply(info.name()), info.dtype(), info.shape());
                  NamedTensor whole = NamedTensor.ofFloats(now, values.get(info.name()));
                  return info.name().equals(spoilt)
                      ? new NamedTensor(now, () -> spoil(whole.data().bytes()))
                      : whole;
                })
            .toList();
    try (OutputStream out = Files.newOutputStream(model.resolve("model.safetensors"))) {
      SafetensorsWriter.write(tensors, out);
    }
  }

  private static ByteBuffer spoil(ByteBuffer halves) {
    return halves.order(ByteOrder.LITTLE_ENDIAN).putShort(6, (short) 0x7e00);
  }

  private static ObjectNode json(Path file) throws IOException {
    return StrictJson.object(file.toString(), Files.readString(file));
  }
}
