package dev.foresight.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.tensor.LocalModelFolder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Templates that ask for an answer, and the one that leaves conversations as they are. */
class AskingTemplateTest {
  private static final List<ChatMessage> HELLO = List.of(new ChatMessage("user", "Hello"));
  private static final ChatTemplate TEMPLATE =
      new ChatTemplate(
          "a test",
          "{{ bos_token }}{% for m in messages %}({{ m.role }}) {{ m.content }}\n{% endfor %}"
              + "{% if add_generation_prompt %}(assistant) {% endif %}",
          Map.of("bos_token", "<s>"));

  @Test
  void askingTemplateEndsWhereTheModelIsToAnswer() {
    assertThat(TEMPLATE.asking().render(HELLO)).isEqualTo("<s>(user) Hello\n(assistant) ");
  }

  @Test
  void templateThatWasAskedForAnAskingOneStaysAsItIs() {
    TEMPLATE.asking().render(HELLO);
    assertThat(TEMPLATE.render(HELLO)).isEqualTo("<s>(user) Hello\n");
    assertThat(TEMPLATE.asking().asking().render(HELLO)).isEqualTo(TEMPLATE.asking().render(HELLO));
  }

  @Test
  void noMessageAsksNothing() {
    assertThat(TEMPLATE.asking().render(List.of())).isEmpty();
  }

  @Test
  void askingTemplateAsksInAnotherProcessToo() throws Exception {
    assertThat(travelled(TEMPLATE.asking()).render(HELLO)).endsWith("(assistant) ");
    assertThat(travelled(TEMPLATE).render(HELLO)).endsWith("Hello\n");
  }

  private static ChatTemplate travelled(ChatTemplate template) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(template);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (ChatTemplate) in.readObject();
    }
  }

  @Test
  void askingTemplateThatRefusesNamesItsPlace() {
    ChatTemplate broken = new ChatTemplate("a test", "{% if %}", Map.of()).asking();
    assertThatThrownBy(() -> broken.render(HELLO))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("a test can't render a conversation: ");
  }

  @Test
  void demoModelIsAskedInItsOwnForm() throws IOException {
    ChatTemplate demo =
        ChatTemplate.of(new LocalModelFolder(Path.of("../datasets/models/foresight-tiny")))
            .orElseThrow();
    assertThat(demo.asking().render(HELLO))
        .isEqualTo("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n");
  }

  @Test
  void verbatimConversationIsTheConversation() throws Exception {
    ChatTemplate verbatim = travelled(ChatTemplate.verbatim());
    assertThat(ConversationText.read(verbatim.render(HELLO))).hasValue(HELLO);
    assertThat(verbatim.asking().render(HELLO)).isEqualTo(ConversationText.write(HELLO));
    assertThat(verbatim.render(List.of())).isEmpty();
  }
}
