package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is beside a model and looks as if it mattered. */
class FolderNotesTest {
  @TempDir private Path folder;

  private List<String> notes(String config) throws IOException {
    return FolderNotes.of(
        new LocalModelFolder(folder), (ObjectNode) new ObjectMapper().readTree(config));
  }

  @Test
  void plainFolderHasNone() throws IOException {
    assertThat(notes("{\"model_type\": \"llama\"}")).isEmpty();
    assertThat(notes("{\"auto_map\": {}}")).isEmpty();
  }

  /** Files of custom code name a configuration too, which computes nothing. */
  @Test
  void codeOfTheModelsOwnIsNamedOnceWithWhatCountsInstead() throws IOException {
    List<String> notes =
        notes(
            "{\"model_type\": \"llama\", \"auto_map\": {\"AutoConfig\": \"conf.C\","
                + " \"AutoModel\": \"own.Model\", \"AutoModelForCausalLM\": \"own.Causal\"}}");
    assertThat(notes).hasSize(1);
    assertThat(notes.get(0))
        .contains("code of the model's own (own.Model)")
        .contains("the llama that transformers has built in");
    assertThat(notes("{\"auto_map\": {\"AutoTokenizer\": [\"t.T\", null]}}")).isEmpty();
  }

  @Test
  void adapterInASubFolderIsNoted() throws IOException {
    Files.createDirectories(folder.resolve("adapters/one"));
    Files.writeString(folder.resolve("adapters/one/adapter_config.json"), "{}");
    assertThat(notes("{}"))
        .containsExactly(
            "adapters/one/ holds an adapter, which is no part of what was quantized: if it is meant, merge it first.");
  }
}
