package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.tensor.LocalModelFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChatTemplateTest {
  private static final List<ChatMessage> HELLO = List.of(new ChatMessage("user", "Hello"));

  /** core/src/test/python/chat_golden.py: transformers 5.23.0 and 5.24.0, Jinja2 3.1.6. */
  static Stream<Arguments> goldens() throws IOException {
    JsonNode all;
    try (var in = ChatTemplateTest.class.getResourceAsStream("/text/chat.json")) {
      all = new ObjectMapper().readTree(in);
    }
    return StreamSupport.stream(all.spliterator(), false)
        .map(g -> Arguments.of(g.get("source").asText(), g.get("conversation").asText(), g));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("goldens")
  void conversationBecomesTheTextOfTransformers(String source, String name, JsonNode golden) {
    ChatTemplate template = GoldenChat.template(golden);
    if (golden.has("refused") && source.equals("Python")) { // each with words of its own
      assertThatThrownBy(() -> template.render(GoldenChat.messages(golden)))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("Python can't render a conversation: line 1: ")
          .hasMessageEndingWith("or name another template by --chat-template.");
    } else if (golden.has("refused")) {
      assertThatThrownBy(() -> template.render(GoldenChat.messages(golden)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining(golden.get("refused").asText());
    } else {
      assertThat(template.render(GoldenChat.messages(golden)))
          .isEqualTo(golden.get("text").asText());
    }
  }

  private static ChatTemplate of(String template) {
    return new ChatTemplate("here", template, Map.of());
  }

  @Test
  void templateThatNeedsTheDateOfTheDayIsRefused() {
    assertThatThrownBy(() -> of("{{ strftime_now('%d %b %Y') }}").render(HELLO))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("strftime_now")
        .hasMessageContaining("--chat-template");
  }

  @Test
  void brokenTemplateIsRefusedWithItsLine() {
    assertThatThrownBy(() -> of("text\n{% if messages %}").render(HELLO))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("here can't render")
        .hasMessageContaining("endif");
  }

  @Test
  void stringMethodThatIsNotKnownIsRefusedAndNotLeftOut() {
    assertThatThrownBy(() -> of("{{ '<{}>'.format(messages[0].role) }}").render(HELLO))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("calls format of a string");
  }

  @Test
  void splitCutsAsOftenAsPython() { // Python 3.11
    assertThat(of("{{ 'a::b::'.split('::')|length }}").render(HELLO)).isEqualTo("3");
    assertThat(of("{{ 'a::b::'.split('::', 1)[-1] }}").render(HELLO)).isEqualTo("b::");
    assertThat(of("{{ ' a \u00a0 b '.split()|length }}").render(HELLO)).isEqualTo("2");
  }

  @Test
  void templateCannotReadOtherFiles() {
    assertThatThrownBy(() -> of("{% include 'log4j2.properties' %}").render(HELLO))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("another file");
  }

  @Test
  void conversationWithoutMessagesIsNoText() {
    assertThat(of("{{ messages[0].content }}").render(List.of())).isEmpty();
  }

  @Test
  void templateTravelsToAnotherProcess() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      ChatTemplate template =
          new ChatTemplate("here", "{{ bos_token }}!", Map.of("bos_token", "B"));
      template.render(HELLO);
      out.writeObject(template);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(((ChatTemplate) in.readObject()).render(HELLO)).isEqualTo("B!");
    }
  }

  @Test
  void defaultOfSeveralNamedTemplatesIsTaken(@TempDir Path folder) throws IOException {
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        """
        {"eos_token": {"content": "E"}, "chat_template": [
          {"name": "tool_use", "template": "no"}, {"name": "default", "template": "yes{{ eos_token }}"}]}
        """);
    assertThat(ChatTemplate.of(new LocalModelFolder(folder)).orElseThrow().render(HELLO))
        .isEqualTo("yesE");
  }

  @Test
  void templatesInFilesCountBeforeThoseOfTheConfig(@TempDir Path folder) throws IOException {
    // transformers 5.23: AutoTokenizer.from_pretrained(folder).apply_chat_template(...)
    String config = "{\"chat_template\": %s}";
    Path inConfig = folder.resolve("tokenizer_config.json");
    Files.writeString(inConfig, config.formatted("{\"x\": \"1\", \"default\": \"object\"}"));
    assertThat(rendered(folder)).contains("object");
    String twice =
        "[{\"name\": \"default\", \"template\": \"1\"}, {\"name\": \"default\", \"template\": \"2\"}]";
    Files.writeString(inConfig, config.formatted(twice));
    assertThat(rendered(folder)).contains("2");
    Files.writeString(inConfig, config.formatted("\"config\""));
    Path additional = Files.createDirectory(folder.resolve("additional_chat_templates"));
    Files.writeString(additional.resolve("tool_use.jinja"), "tools");
    assertThat(rendered(folder)).isEmpty(); // several templates and no default
    Files.writeString(folder.resolve("chat_template.jinja"), "file");
    assertThat(rendered(folder)).contains("file");
    Files.writeString(additional.resolve("default.jinja"), "default");
    assertThat(rendered(folder)).contains("default");
  }

  private static Optional<String> rendered(Path folder) throws IOException {
    return ChatTemplate.of(new LocalModelFolder(folder)).map(template -> template.render(HELLO));
  }

  @Test
  void folderWithoutTemplateHasNone(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"E\"}");
    assertThat(ChatTemplate.of(new LocalModelFolder(folder))).isEmpty();
  }
}
