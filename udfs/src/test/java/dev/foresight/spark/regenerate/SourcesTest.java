package dev.foresight.spark.regenerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.generate.NumberedPrompt;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import dev.foresight.text.ConversationText;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Prompts of the demo model's tokenizer. */
class SourcesTest {
  private static final String TEXT =
      "The keeper of the lighthouse wrote down the weather every evening, and the ships that passed.";
  private static final PromptRecipe CONTINUE = new PromptRecipe("continue", "Think.", null, 0.25);
  private static final PromptRecipe ASK = new PromptRecipe("ask", "Think.", "Say: {text}!", 0);
  private static final ChatTemplate TEMPLATE =
      new ChatTemplate(
          "a test",
          "{% for m in messages %}[{{ m.role }}] {{ m.content }} {% endfor %}"
              + "{% if add_generation_prompt %}[answer]{% endif %}",
          Map.of());
  private static final List<ChatMessage> TALK =
      List.of(
          new ChatMessage("user", "Why?"),
          new ChatMessage("assistant", "Because."),
          new ChatMessage("user", "And then?"),
          new ChatMessage("assistant", "Nothing."));

  private static Tokenizer tokenizer;

  @BeforeAll
  static void open() throws IOException {
    tokenizer = Tokenizer.open(new LocalModelFolder(Path.of("../datasets/models/foresight-tiny")));
  }

  @AfterAll
  static void close() {
    tokenizer.close();
  }

  private static Sources.Source source(PromptRecipe recipe, int maxTokens, String text) {
    return new Sources(recipe, tokenizer, Optional.of(TEMPLATE.asking()), maxTokens)
        .of(NumberedPrompt.of("s", text));
  }

  private static String asked(Sources.Source source) {
    return tokenizer.decode(source.prompt().tokens());
  }

  @Test
  void continuedTextKeepsAQuarterAndGetsAsManyTokensAsItLoses() {
    int[] tokens = Arrays.copyOf(tokenizer.encode(TEXT), 12);
    String text = tokenizer.decode(tokens);
    Sources.Source source = source(CONTINUE, 12, TEXT);
    assertThat(source.prompt().tokens()).isEqualTo(Arrays.copyOf(tokens, 3));
    assertThat(source.prompt().most()).isEqualTo(9);
    assertThat(source.prompt().id()).isEqualTo(source.row().id());
    assertThat(source.text()).as("what counts of it").isEqualTo(text);
    assertThat(source.continues()).isTrue();
    assertThat(source.conversation()).isNull();
  }

  @Test
  void emptyTextAsksForNothing() {
    assertThat(source(CONTINUE, 12, "").prompt()).isNull();
    assertThat(source(CONTINUE, 12, "").text()).isEmpty();
  }

  @Test
  void boundBeyondTheTextCutsNothing() {
    int all = tokenizer.encode(TEXT).length;
    Sources.Source source = source(CONTINUE, 1000, TEXT);
    assertThat(source.text()).isEqualTo(TEXT);
    assertThat(source.prompt().tokens().length + source.prompt().most()).isEqualTo(all);
    assertThat(source.prompt().tokens()).hasSize((int) Math.round(0.25 * all));
  }

  /** A quarter of two tokens is none, but one must be there to be continued. */
  @Test
  void oneTokenIsKeptAtLeastAndATextOfOneGivesNoPrompt() {
    assertThat(source(CONTINUE, 2, TEXT).prompt().tokens()).hasSize(1);
    assertThat(source(CONTINUE, 2, TEXT).prompt().most()).isEqualTo(1);
    assertThat(source(CONTINUE, 1, TEXT).prompt()).isNull();
    assertThat(tokenizer.encode("a")).hasSize(1);
    assertThat(source(CONTINUE, 12, "a").prompt()).isNull();
    assertThat(source(CONTINUE, 12, "a").text()).isEqualTo("a");
  }

  @Test
  void textThatIsAskedForStandsInTheTemplate() {
    Sources.Source source = source(ASK, 1000, TEXT);
    assertThat(asked(source)).isEqualTo("[user] Say: " + TEXT + "! [answer]");
    assertThat(source.prompt().most()).isEqualTo(Integer.MAX_VALUE);
    assertThat(source.text()).isEqualTo(TEXT);
    assertThat(source.continues()).isFalse();
  }

  @Test
  void longTextIsAskedForByItsBeginning() {
    String begin = tokenizer.decode(Arrays.copyOf(tokenizer.encode(TEXT), 5));
    Sources.Source source = source(ASK, 5, TEXT);
    assertThat(asked(source)).isEqualTo("[user] Say: " + begin + "! [answer]");
    assertThat(source.text()).isEqualTo(begin);
    assertThat(source.row().text()).isEqualTo(TEXT);
  }

  @Test
  void conversationIsAskedUpToTheLastThingThatAUserSaysWhateverTheRecipeDoesWithText() {
    for (PromptRecipe recipe : List.of(CONTINUE, ASK)) {
      Sources.Source source = source(recipe, 3, ConversationText.write(TALK));
      assertThat(asked(source))
          .isEqualTo("[user] Why? [assistant] Because. [user] And then?\n\nThink. [answer]");
      assertThat(source.conversation()).isEqualTo(TALK);
      assertThat(source.text()).isEqualTo("Why?\nBecause.\nAnd then?\nNothing.");
      assertThat(source.continues()).isFalse();
    }
  }

  @Test
  void conversationInWhichNobodyAsksGivesNoPrompt() {
    List<ChatMessage> alone = List.of(new ChatMessage("system", "Be brief."));
    Sources.Source source = source(ASK, 100, ConversationText.write(alone));
    assertThat(source.prompt()).isNull();
    assertThat(source.conversation()).isEqualTo(alone);
  }

  @Test
  void teacherWithoutATemplateContinuesTextAndRefusesToBeAsked() {
    Sources bare = new Sources(CONTINUE, tokenizer, Optional.empty(), 12);
    assertThat(bare.of(NumberedPrompt.of("s", TEXT)).prompt().tokens()).hasSize(3);
    assertThatThrownBy(() -> bare.of(NumberedPrompt.of("s", ConversationText.write(TALK))))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(
            "The teacher has no chat template, which the prompt recipe continue needs");
  }
}
