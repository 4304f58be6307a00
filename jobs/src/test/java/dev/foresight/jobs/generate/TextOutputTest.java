package dev.foresight.jobs.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.spark.generate.GroupFile;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.WrittenFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextOutputTest {
  private static final GroupFile.Part OLD =
      new GroupFile.Part("text/part-00000.jsonl", new WrittenFile(20, "aa"), 3, 50, false);
  private static final GroupFile.Part NEW =
      new GroupFile.Part("text/part-00001.jsonl", new WrittenFile(30, "bb"), 2, 7, true);

  private final StringWriter said = new StringWriter();

  @TempDir private Path folder;

  private Path out() {
    return folder.resolve("out");
  }

  private TextOutput begin(int prompts, boolean overwrite) throws IOException {
    ObjectNode plan = Json.MAPPER.createObjectNode().put("prompts", prompts);
    Footprint footprint =
        new Footprint().writesFolder("--out", out().toString(), FolderKind.TEXT, overwrite);
    return TextOutput.begin(footprint, plan, new Configuration(), new PrintWriter(said, true));
  }

  private static List<GroupFile.Part> fail(RuntimeException failure) {
    throw failure;
  }

  @Test
  void reportSumsAllPartsAndOnlyFreshTokensTookTime() throws IOException {
    begin(5, false).write(() -> List.of(OLD, NEW));
    JsonNode report = Json.MAPPER.readTree(out().resolve("report.json").toFile());
    assertThat(report.get("prompts").asInt()).isEqualTo(5);
    assertThat(report.get("lines").asInt()).isEqualTo(5);
    assertThat(report.get("tokens").asInt()).isEqualTo(57);
    assertThat(report.at("/files/text~1part-00001.jsonl/sha256").asText()).isEqualTo("bb");
    assertThat(report.get("files").size()).isEqualTo(2);
    assertThat(said.toString()).contains("Wrote 5 texts for 5 prompts into ", ": 7 tokens in ");
    assertThat(out().resolve("_SUCCESS")).exists();
    assertThat(out().resolve("_temporary")).doesNotExist();
  }

  @Test
  void refusedRunLeavesNothing() throws IOException {
    TextOutput output = begin(5, false);
    InputException refusal = new InputException("no such prompt");
    assertThatThrownBy(() -> output.write(() -> fail(refusal))).isSameAs(refusal);
    assertThat(out()).doesNotExist();
  }

  @Test
  void runThatFailedOtherwiseIsGoneOnWithByTheSamePlanAlone() throws IOException {
    TextOutput output = begin(5, false);
    IllegalStateException failure = new IllegalStateException("a broken host");
    assertThatThrownBy(() -> output.write(() -> fail(failure))).isSameAs(failure);
    assertThatThrownBy(() -> begin(6, false))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("exists and is not empty");
    assertThat(said.toString()).isEmpty();
    begin(5, false).write(() -> List.of(NEW));
    assertThat(said.toString()).startsWith("Goes on with what an earlier run has written.");
    assertThat(out().resolve("_SUCCESS")).exists();
  }

  @Test
  void runThatMayOverwriteBeginsAnew() throws IOException {
    assertThat(begin(5, false).location()).endsWith("/out");
    Files.createDirectory(out().resolve("text"));
    Files.writeString(out().resolve(OLD.name()), "{}\n");
    begin(5, true);
    assertThat(out().resolve(OLD.name())).doesNotExist();
    assertThat(said.toString()).isEmpty();
  }
}
