package dev.foresight.spark.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GroupFileTest {
  private static final String LINES =
      "{\"text\":\"été\",\"tokens\":3}\n{\"text\":\"two\\nlines\",\"tokens\":4}\n{\"text\":\"\"}\n";
  private static final String NAME = "text/part-00004.jsonl";

  private final Configuration conf = new Configuration();

  @TempDir private Path folder;

  @Test
  void fileIsNamedByItsGroup() {
    assertThat(GroupFile.name(4)).isEqualTo(NAME);
    assertThat(GroupFile.name(123_456)).isEqualTo("text/part-123456.jsonl");
  }

  @Test
  void writtenFileKnowsItsLinesTokensAndHash() throws IOException {
    assertThat(GroupFile.exists(folder.toString(), NAME, conf)).isFalse();
    GroupFile.Part part = GroupFile.write(folder.toString(), NAME, LINES, conf);
    assertThat(folder.resolve(NAME)).hasContent(LINES);
    assertThat(part.name()).isEqualTo(NAME);
    assertThat(part.lines()).isEqualTo(3);
    assertThat(part.tokens()).isEqualTo(7);
    assertThat(part.fresh()).isTrue();
    byte[] bytes = LINES.getBytes(StandardCharsets.UTF_8);
    assertThat(part.file().bytes()).isEqualTo(bytes.length);
    assertThat(part.file().sha256()).isEqualTo(Hashing.sha256Hex(bytes));
  }

  @Test
  void fileOfAnEarlierRunIsTheSamePartButNotFresh() throws IOException {
    GroupFile.Part written = GroupFile.write(folder.toString(), NAME, LINES, conf);
    assertThat(GroupFile.exists(folder.toString(), NAME, conf)).isTrue();
    assertThat(GroupFile.found(folder.toString(), NAME, conf))
        .isEqualTo(new GroupFile.Part(NAME, written.file(), 3, 7, false));
  }

  @Test
  void groupThatNothingWasWrittenForIsAnEmptyFile() throws IOException {
    GroupFile.Part part = GroupFile.write(folder.toString(), NAME, "", conf);
    assertThat(Files.size(folder.resolve(NAME))).isZero();
    assertThat(part.lines()).isZero();
  }

  @Test
  void lineBreaksOfATextStayInItsLine() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String text : List.of("a\nb", "c\r\n\u2028")) {
      GroupFile.add(lines, Json.MAPPER.createObjectNode().put("text", text));
    }
    List<String> written = lines.toString().lines().toList();
    assertThat(written).hasSize(2);
    ObjectNode second = (ObjectNode) Json.LINES.readTree(written.get(1));
    assertThat(second.get("text").asText()).isEqualTo("c\r\n\u2028");
  }

  private static void refuse(List<NumberedPrompt> prompts, RuntimeException refusal)
      throws IOException {
    GroupFile.naming(
        prompts,
        () -> {
          throw refusal;
        });
  }

  @Test
  void refusedPromptIsNamedByShardAndBeginningAndNotByItsHash() {
    NumberedPrompt one = NumberedPrompt.of("code", "innocent");
    NumberedPrompt other =
        NumberedPrompt.of("law", "  Whereas\n\tthe party of the first part has agreed to it");
    InputException refusal = new InputException("The prompt " + other.id() + " is too long.");
    assertThatThrownBy(() -> refuse(List.of(one, other), refusal))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "The prompt of shard law that begins 'Whereas the party of the first part has ' is too long.")
        .hasCause(refusal);
  }

  @Test
  void shortPromptIsNamedWhole() {
    NumberedPrompt only = NumberedPrompt.of("law", "so");
    assertThatThrownBy(() -> refuse(List.of(only), new InputException("No " + only.id() + " here")))
        .hasMessage("No of shard law that begins 'so' here");
  }

  @Test
  void refusalThatNamesNoPromptAndOtherFailuresPassThrough() {
    List<NumberedPrompt> prompts = List.of(NumberedPrompt.of("law", "so"));
    InputException refusal = new InputException("--batch is too large");
    assertThatThrownBy(() -> refuse(prompts, refusal)).isSameAs(refusal);
    IllegalStateException failure = new IllegalStateException(prompts.get(0).id());
    assertThatThrownBy(() -> refuse(prompts, failure)).isSameAs(failure);
  }

  @Test
  void resultPassesThroughToo() throws IOException {
    assertThat(GroupFile.naming(List.of(), () -> "written")).isEqualTo("written");
  }
}
