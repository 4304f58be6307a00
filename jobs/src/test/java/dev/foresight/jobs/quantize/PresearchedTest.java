package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.importance.Window;
import dev.foresight.jobs.Cli;
import dev.foresight.model.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PresearchedTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path ENTRIES = Path.of("../conf/presearched");
  private static final String GOOD =
      """
      {"family": "mine", "window": {"blend": 0.25, "blocks": 2, "weights": "geometric:0.5",
       "normalization": "mean", "roles": "residual"}}
      """;

  @TempDir private Path folder;

  private static ModelConfig tiny() throws IOException {
    return ModelConfig.parse(Files.readString(Cli.TINY.resolve("config.json")), "config.json");
  }

  private String write(String text) throws IOException {
    return Files.writeString(folder.resolve("entry.json"), text).toString();
  }

  /** Class paths can't be listed, so the names stand in the code too. */
  @Test
  void everyEntryOfConfIsFoundByAModelThatItMatches() throws IOException {
    try (Stream<Path> entries = Files.list(ENTRIES)) {
      List<Path> files = entries.toList();
      assertThat(files).isNotEmpty();
      for (Path file : files) {
        JsonNode entry = JSON.readTree(file.toFile());
        assertThat(Presearched.familyOf(entry.path("match")))
            .as(file.toString())
            .contains(entry.path("family").asText());
      }
    }
  }

  @Test
  void modelOfAFamilyGetsTheWindowOfItsEntry() throws IOException {
    JsonNode entry = JSON.readTree(ENTRIES.resolve("foresight-tiny.json").toFile());
    Presearched chosen = Presearched.choose("auto", tiny());
    assertThat(chosen.name()).isEqualTo("foresight-tiny");
    assertThat(chosen.window().blend()).isEqualTo(entry.at("/window/blend").asDouble());
    assertThat(chosen.window().blocks()).isEqualTo(entry.at("/window/blocks").asInt());
  }

  @Test
  void modelThatDiffersInAnythingThatIsMatchedGetsTheFallback() throws IOException {
    JsonNode match = JSON.readTree(ENTRIES.resolve("foresight-tiny.json").toFile()).path("match");
    for (String key : List.of("hidden_size", "vocab_size", "num_hidden_layers")) {
      ObjectNode other = match.deepCopy();
      other.put(key, other.path(key).asInt() + 1);
      assertThat(Presearched.familyOf(other)).as(key).isEmpty();
    }
    assertThat(Presearched.familyOf(JSON.createObjectNode())).isEmpty();
    assertThat(Presearched.choose("fallback", tiny()).window()).isEqualTo(Window.fallback());
  }

  @Test
  void entryOfAFileCountsForAnyModel() throws IOException {
    Presearched chosen = Presearched.choose(write(GOOD), tiny());
    assertThat(chosen.name()).isEqualTo("mine");
    assertThat(chosen.window().blend()).isEqualTo(0.25);
    assertThat(chosen.window().weights().key()).isEqualTo("geometric:0.5");
    assertThat(chosen.window().normalization().key()).isEqualTo("mean");
    assertThat(chosen.window().roles().key()).isEqualTo("residual");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"family", "window", "blend", "blocks", "weights", "normalization", "roles"})
  void entryThatLacksAPartIsRefused(String part) throws IOException {
    String lacking = GOOD.replace("\"" + part + "\"", "\"x\"");
    String file = write(lacking);
    assertThatThrownBy(() -> Presearched.choose(file, tiny()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is no pre-searched entry")
        .hasMessageContaining(part);
  }

  @Test
  void entryOfWrongValuesOrNoJsonIsRefused() throws IOException {
    for (String text :
        List.of(
            "",
            "{",
            GOOD.replace("0.25", "\"much\""),
            GOOD.replace("0.25", "2"),
            GOOD.replace(": 2", ": \"two\""))) {
      String file = write(text);
      assertThatThrownBy(() -> Presearched.choose(file, tiny()))
          .as(text)
          .isInstanceOf(InputException.class);
    }
    assertThatThrownBy(() -> Presearched.choose("nowhere.json", tiny()))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "--presearched nowhere.json: there is no such file; give auto, fallback or a path.");
  }
}
