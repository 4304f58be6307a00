package dev.foresight.spark.corpus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.corpus.DocumentParser.Document;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One line at a time, by RFC 8259 and what Python writes. */
class JsonLinesTest {
  private static final JsonLines LINES =
      new JsonLines("text", Conversations.of(TestCorpus.CHAT), "lang");

  private static Optional<Document> parse(String line) throws DocumentException {
    return LINES.parse(line.getBytes(UTF_8));
  }

  private static void assertRefused(String line, String message) {
    assertThatThrownBy(() -> parse(line))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void textAndShardAreReadWhereverTheyStand() throws DocumentException {
    Document expected = new Document("a\n\u00fc\ud83d\ude00", "en", true);
    assertThat(parse("{\"text\": \"a\\n\\u00fc\\ud83d\\ude00\", \"lang\": \"en\"}"))
        .contains(expected);
    assertThat(
            parse("{\"id\": [{\"text\": 1}], \"lang\":\"en\",\"text\":\"a\\n\u00fc\ud83d\ude00\"}"))
        .contains(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "\t\r", "\uFEFF"})
  void blankLineIsNoDocument(String line) throws DocumentException {
    assertThat(parse(line)).isEmpty();
  }

  @Test
  void rowWithoutTextIsADocumentToBeCounted() throws DocumentException {
    assertThat(parse("{\"text\": null}")).contains(new Document(null, null, true));
    assertThat(parse("{}")).contains(new Document(null, null, false));
    assertThat(parse("{\"text\": \"\"}")).contains(new Document("", null, true));
  }

  /** Ids are texts: a number names a shard as it is written. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "7        | 7",
        "1.50     | 1.5",
        "true     | true",
        "'\"a b\"'  | a b",
        "null     |",
        "[1]      |",
        "{}       |"
      })
  void valueOfAnyKindButAListNamesAShard(String value, String shard) throws DocumentException {
    assertThat(parse("{\"lang\": " + value + ", \"text\": \"x\"}").orElseThrow().shard())
        .isEqualTo(shard);
  }

  @Test
  void whatStandsUnderOtherKeysDoesNotMatter() throws DocumentException {
    String deep = "[".repeat(5000) + "]".repeat(5000);
    String line =
        "{\"meta\": {\"text\": \"inner\", \"text\": \"again\"}, \"x\": NaN, \"y\": 1e999, \"z\": "
            + deep
            + ", \"half\": \"\\ud800\", \"text\": \"outer\", \"x\": 2}";
    assertThat(parse(line).orElseThrow().text()).isEqualTo("outer");
  }

  @Test
  void keyThatStandsTwiceIsRefused() {
    assertRefused("{\"text\": \"a\", \"text\": \"b\"}", "the key 'text' stands twice");
    assertRefused("{\"lang\": 1, \"text\": \"a\", \"lang\": 1}", "the key 'lang' stands twice");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"text\": 1}             | 'text' is no text but number",
        "{\"text\": true}          | 'text' is no text but boolean",
        "{\"text\": {\"a\": 1}}    | 'text' is no text but object",
        "[1]                       | not a JSON object but array",
        "\"text\"                  | not a JSON object but a value alone",
        "1                         | not a JSON object but a value alone",
        "{\"text\": \"a\"          | the line ends before it does",
        "{\"text\": \"a            | the line ends before it does",
        "{\"text\": \"a\"} {}      | more than one JSON object",
        "{\"text\": \"a\"} 1       | more than one JSON object",
        "{\"text\": tru}           | not a JSON object from character",
        "{text: 1}                 | not a JSON object from character 2 on (text: 1})"
      })
  void lineThatIsNotOneObjectOfTextIsRefused(String line, String message) {
    assertRefused(line, message);
  }

  @Test
  void halfASurrogatePairIsNoText() {
    assertRefused("{\"text\": \"\\ud800\"}", "half a surrogate pair");
    assertRefused("{\"text\": \"\\udc00\\ud800\"}", "half a surrogate pair");
    assertRefused("{\"text\": \"a\", \"lang\": \"\\udfff\"}", "half a surrogate pair");
  }

  @Test
  void whatIsShownOfALineIsShortAndOfVisibleSigns() {
    assertThatThrownBy(() -> parse("{\"text\": 'a\tb\u0007" + "x".repeat(100)))
        .isInstanceOf(DocumentException.class)
        .hasMessageEndingWith("from character 10 on ('a\uFFFDb\uFFFD" + "x".repeat(19) + ")");
  }

  /** The likeliest key of the text is found by lengths: numbers and lists of numbers hold none. */
  @Test
  void otherKeysAreMeasuredByTheirText() throws DocumentException {
    String chat = "[{\"role\":\"user\",\"content\":\"x\"}]";
    assertThat(
            LINES.otherKeys(
                ("{\"body\": \"four\", \"id\": 1, \"tags\": [\"long long\"], \"chat\": "
                        + chat
                        + ", \"none\": null}")
                    .getBytes(UTF_8)))
        .isEqualTo(
            Map.of("body", 4L, "id", 0L, "tags", 0L, "chat", chat.length() - 2L, "none", 0L));
  }

  @Test
  void conversationIsRenderedByTheTemplateFromEitherSpelling() throws DocumentException {
    String expected = "user: hi\nassistant: ho\n";
    assertThat(
            parse(
                    "{\"text\": [{\"role\":\"user\",\"content\":\"hi\"},"
                        + "{\"role\":\"assistant\",\"content\":\"ho\",\"tool_calls\":null}]}")
                .orElseThrow()
                .text())
        .isEqualTo(expected);
    assertThat(
            parse(
                    "{\"text\": [{\"from\":\"human\",\"value\":\"hi\"},"
                        + "{\"from\":\"gpt\",\"value\":\"ho\"}]}")
                .orElseThrow()
                .text())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[1]                                        | it holds number, not messages",
        "[{\"role\":\"user\"}]                      | the content of a message is no text but missing",
        "[{\"role\":1,\"content\":\"x\"}]           | the role of a message is no text but number",
        "[{\"role\":\"user\",\"content\":[]}]       | is no text but array (of parts)",
        "[{\"from\":\"bing\",\"value\":\"x\"}]      | a message is from 'bing'",
        "[{\"role\":\"user\",\"content\":\"x\",\"images\":[1]}] | a message has 'images'"
      })
  void messageThatWouldLackSomethingIsRefused(String messages, String message) {
    assertRefused("{\"text\": " + messages + "}", message);
  }

  /** A model without a chat template takes any corpus but one of conversations. */
  @Test
  void missingTemplateMattersOnlyForAConversation() throws DocumentException {
    JsonLines without =
        new JsonLines(
            "text",
            Conversations.of(
                () -> {
                  throw new InputException("the model has no chat template");
                }),
            null);
    assertThat(without.parse("{\"text\": \"x\"}".getBytes(UTF_8)).orElseThrow().text())
        .isEqualTo("x");
    assertThatThrownBy(() -> without.parse("{\"text\": []}".getBytes(UTF_8)))
        .isInstanceOf(InputException.class)
        .hasMessage("the model has no chat template");
  }

  @Test
  void byteThatIsNoUtf8IsNamedWithItsLine() {
    byte[] bytes = "one\ntwo \u00e9".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> DocumentParser.plain().parse(bytes))
        .isInstanceOf(DocumentException.class)
        .hasMessageContaining("the byte 0xE9 is not UTF-8")
        .extracting(e -> ((DocumentException) e).line())
        .isEqualTo(2);
  }

  /** RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF, no cut character. */
  @Test
  void bytesThatOnlyLookLikeUtf8AreRefused() {
    for (int[] wrong :
        new int[][] {
          {0xC0, 0x80}, {0xED, 0xA0, 0x80}, {0xF4, 0x90, 0x80, 0x80}, {0xE2, 0x82}, {0x80}
        }) {
      byte[] bytes = new byte[wrong.length];
      for (int i = 0; i < wrong.length; i++) {
        bytes[i] = (byte) wrong[i];
      }
      assertThatThrownBy(() -> Utf8.decode(bytes)).isInstanceOf(DocumentException.class);
    }
  }

  @Test
  void onlyAMarkAtTheBeginningIsNoText() throws DocumentException {
    assertThat(Utf8.decode("\uFEFFa\uFEFF".getBytes(UTF_8))).isEqualTo("a\uFEFF");
    assertThat(Utf8.withoutMark("\uFEFFa".getBytes(UTF_8))).isEqualTo("a".getBytes(UTF_8));
    assertThat(Utf8.withoutMark(new byte[] {(byte) 0xEF})).hasSize(1);
  }
}
