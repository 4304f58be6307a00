package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompanionFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void writeModel() throws IOException {
    files("config.json", "README.md", "model.safetensors");
  }

  private void files(String... paths) throws IOException {
    for (String path : paths) {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "{}");
    }
  }

  private CompanionFiles of(String config) throws IOException {
    return CompanionFiles.of(new LocalModelFolder(folder), StrictJson.object("c", config));
  }

  @Test
  void allThatReadersReadIsCopiedAndAllElseIsNamed() throws IOException {
    String[] read = {
      "LICENSE.txt",
      "NOTICE",
      "USE_POLICY.md",
      "added_tokens.json",
      "chat_template.jinja",
      "config_sentence_transformers.json",
      "generation_config.json",
      "kv_cache_scales.json",
      "merges.txt",
      "preprocessor_config.json",
      "special_tokens_map.json",
      "tokenizer.json",
      "tokenizer.model",
      "vocab.txt"
    };
    files(read);
    files("pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.safetensors");
    files("model-q4.gguf", "flax_model.msgpack", "training_args.bin", ".gitattributes");
    CompanionFiles beside = of("{}");
    assertThat(beside.copied()).containsExactly(read);
    assertThat(beside.left())
        .containsExactly(
            "consolidated.safetensors",
            "flax_model.msgpack",
            "model-q4.gguf",
            "pytorch_model.bin",
            "pytorch_model.bin.index.json",
            "training_args.bin");
  }

  @Test
  void shardThatTheIndexDoesNotNameIsLeftBehindByName() throws IOException {
    Files.delete(folder.resolve("model.safetensors"));
    files("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors");
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}");
    CompanionFiles beside = of("{}");
    assertThat(beside.copied()).isEmpty();
    assertThat(beside.left()).containsExactly("model-00002-of-00002.safetensors");
  }

  @Test
  void subFoldersOfTemplatesAndTokenizersAreCopiedAndOthersNamed() throws IOException {
    files("additional_chat_templates/tool_use.jinja", "tokenizer_2/vocab.json");
    files("original/consolidated.00.pth", "original/params.json", "original/tokenizer.model");
    files("onnx/model.onnx", "onnx/config.json", "my-lora/adapter_config.json");
    files("my-lora/adapter_model.safetensors", "corpus/a.jsonl", ".cache/huggingface/x.lock");
    CompanionFiles beside = of("{}");
    assertThat(beside.copied())
        .containsExactly("additional_chat_templates/tool_use.jinja", "tokenizer_2/vocab.json");
    assertThat(beside.left()).containsExactly("corpus/", "my-lora/", "onnx/", "original/");
  }

  @Test
  void modulesThatCompleteTheModelAreCopiedWithTheirWeights() throws IOException {
    files("1_Pooling/config.json", "2_Dense/config.json", "2_Dense/model.safetensors");
    Files.writeString(
        folder.resolve("modules.json"),
        "[{\"path\":\"\"},{\"path\":\"1_Pooling\"},{\"path\":\"2_Dense\"}]");
    CompanionFiles beside = of("{}");
    assertThat(beside.copied())
        .containsExactly(
            "1_Pooling/config.json",
            "2_Dense/config.json",
            "2_Dense/model.safetensors",
            "modules.json");
    assertThat(beside.left()).isEmpty();
  }

  @Test
  void codeInSubFoldersIsCopiedWhereTheConfigAsksForCode() throws IOException {
    files("modeling_x.py", "layers/attention.py");
    assertThat(of("{\"auto_map\":{\"AutoModel\":\"modeling_x.Model\"}}").copied())
        .containsExactly("layers/attention.py", "modeling_x.py");
    assertThat(of("{}").left()).containsExactly("layers/");
  }

  @Test
  void whatIsTooLargeForATextIsLeftBehind() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("talk.wav").toFile(), "rw")) {
      file.setLength(ModelFolder.MAX_TEXT + 1L); // sparse
    }
    files("strange:name.txt");
    CompanionFiles beside = of("{}");
    assertThat(beside.copied()).isEmpty();
    assertThat(beside.left()).containsExactly("strange:name.txt", "talk.wav");
  }

  @Test
  void linkThatLeadsOutOfTheFolderIsRefused(@TempDir Path elsewhere) throws IOException {
    Path secret = Files.writeString(elsewhere.resolve("secret"), "s");
    Files.createSymbolicLink(folder.resolve("notes.txt"), secret);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> of("{}"))
        .withMessageContaining("a link that leads out of the folder");
    Files.delete(folder.resolve("notes.txt"));
    Files.createSymbolicLink(folder.resolve("sub"), elsewhere);
    assertThat(of("{}").left()).containsExactly("sub/");
  }

  @Test
  void copiedFileIsReadFromItsSubFolder() throws IOException {
    files("tokenizer_2/vocab.json");
    LocalModelFolder model = new LocalModelFolder(folder);
    assertThat(model.textBelow("tokenizer_2/vocab.json")).isEqualTo("{}");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> model.openBelow("tokenizer_2/../../x"))
        .withMessageContaining("no plain name");
  }
}
