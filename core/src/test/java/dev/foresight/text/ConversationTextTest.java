package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConversationTextTest {
  private static final String MARK = "\u001e";

  @Test
  void conversationIsJsonBehindASeparator() {
    String written =
        ConversationText.write(
            List.of(new ChatMessage("user", "Hi"), new ChatMessage("assistant", "Ho")));
    assertThat(written)
        .isEqualTo(
            MARK
                + "[{\"role\":\"user\",\"content\":\"Hi\"},{\"role\":\"assistant\",\"content\":\"Ho\"}]");
  }

  @Test
  void quotesLinesAndTheMarkItselfComeBack() {
    List<ChatMessage> odd =
        List.of(
            new ChatMessage("user", "\"quoted\" \\ back\n\ttabbed " + MARK + "[]"),
            new ChatMessage("", "日本語 🙂"),
            new ChatMessage("tool", ""));
    assertThat(ConversationText.read(ConversationText.write(odd))).hasValue(odd);
  }

  @Test
  void corpusGetsAnArrayOfRolesAndContents() {
    var json = ConversationText.json(List.of(new ChatMessage("system", "Be brief.")));
    assertThat(json.size()).isEqualTo(1);
    assertThat(json.get(0).fieldNames()).toIterable().containsExactly("role", "content");
    assertThat(json.get(0).get("content").asText()).isEqualTo("Be brief.");
  }

  @Test
  void conversationWithoutMessagesIsOneStill() {
    assertThat(ConversationText.read(ConversationText.write(List.of()))).hasValue(List.of());
  }

  /** JSON text sequences (RFC 7464) begin with the same character. */
  @Test
  void otherJsonBehindTheMarkIsText() {
    for (String other :
        List.of(
            "",
            "5",
            "\"x\"",
            "{\"a\": 1}",
            "[] more",
            "[1]",
            "[{\"content\": \"a\"}]",
            "[{\"role\": \"user\"}]",
            "[{\"role\": \"user\", \"content\": 5}]")) {
      assertThat(ConversationText.read(MARK + other)).as(other).isEmpty();
    }
  }

  @Test
  void textThatOnlyHoldsTheMarkFurtherBehindIsText() {
    assertThat(ConversationText.read(" " + MARK + "[]")).isEmpty();
    assertThat(ConversationText.read(MARK + "[{\"role\": \"user\"")).isEmpty();
  }
}
