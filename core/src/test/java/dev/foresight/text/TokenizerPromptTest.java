package dev.foresight.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.MemoryFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Tokenizers of the same words; one of them puts {@code <s>}, id 1, before every text. */
class TokenizerPromptTest {
  private static final Path TOKENIZERS = Path.of("src/test/resources/evaluate/task");
  private static final ObjectMapper JSON = new ObjectMapper();

  private static ObjectNode json(String name) throws IOException {
    return (ObjectNode)
        JSON.readTree(Files.readString(TOKENIZERS.resolve(name).resolve("tokenizer.json")));
  }

  private static Tokenizer open(ObjectNode json) throws IOException {
    return Tokenizer.open(MemoryFolder.of("tokenizer.json", json.toString().getBytes(UTF_8)));
  }

  private static int[] behind(int first, int... tokens) {
    int[] all = new int[tokens.length + 1];
    all[0] = first;
    System.arraycopy(tokens, 0, all, 1, tokens.length);
    return all;
  }

  @Test
  void promptBeginsWithWhatTheTokenizerPutsInFront() throws IOException {
    try (Tokenizer bos = open(json("bos"))) {
      int[] text = bos.encode("The lake");
      assertThat(text).doesNotContain(1);
      assertThat(bos.prompt("The lake")).isEqualTo(behind(1, text));
    }
  }

  @Test
  void renderedConversationThatBringsItsBeginningGetsNoSecond() throws IOException {
    try (Tokenizer bos = open(json("bos"))) {
      assertThat(bos.prompt("<s>The lake")).isEqualTo(bos.prompt("The lake"));
    }
  }

  @Test
  void emptyPromptIsTheBeginningAlone() throws IOException {
    try (Tokenizer bos = open(json("bos"));
        Tokenizer plain = open(json("plain"))) {
      assertThat(bos.prompt("")).containsExactly(1);
      assertThat(plain.prompt("")).isEmpty();
    }
  }

  @Test
  void tokenizerThatPutsNothingInFrontLeavesTextsAlone() throws IOException {
    try (Tokenizer plain = open(json("plain"))) {
      assertThat(plain.prompt("The lake")).isEqualTo(plain.encode("The lake"));
      assertThat(plain.prompt("<s>The lake")).isEqualTo(behind(1, plain.encode("The lake")));
    }
  }

  /** A model that is told that its text has ended would not go on. */
  @Test
  void promptHasNothingBehindIt() throws IOException {
    ObjectNode json = json("bos");
    ObjectNode form = (ObjectNode) json.get("post_processor");
    ((ArrayNode) form.get("single"))
        .addObject()
        .putObject("SpecialToken")
        .put("id", "</s>")
        .put("type_id", 0);
    ObjectNode end = ((ObjectNode) form.get("special_tokens")).putObject("</s>");
    end.put("id", "</s>").putArray("ids").add(2);
    end.putArray("tokens").add("</s>");
    try (Tokenizer dressed = open(json)) {
      assertThat(dressed.suffix()).containsExactly(2);
      assertThat(dressed.prompt("The lake"))
          .isEqualTo(behind(1, dressed.encode("The lake")))
          .doesNotContain(2);
    }
  }

  @Test
  void plainTextIsWithoutSpecialTokensAndDecodedTextWithThem() throws IOException {
    try (Tokenizer bos = open(json("bos"))) {
      int[] tokens = bos.prompt("The lake</s>");
      assertThat(bos.decode(tokens)).isEqualTo("<s>The lake</s>");
      assertThat(bos.plainText(tokens)).isEqualTo("The lake");
      assertThat(bos.plainText(1, 2)).isEmpty();
      assertThat(bos.plainText()).isEmpty();
    }
  }
}
