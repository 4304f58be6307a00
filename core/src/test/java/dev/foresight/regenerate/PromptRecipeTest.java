package dev.foresight.regenerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ConversationText;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptRecipeTest {
  private static final List<ChatMessage> TALK =
      List.of(
          new ChatMessage("system", "Be brief."),
          new ChatMessage("user", "Hello"),
          new ChatMessage("assistant", "Hi!"),
          new ChatMessage("user", "Why?"),
          new ChatMessage("assistant", "Because."));

  @Test
  void conversationIsAskedUpToTheLastThingThatAUserSays() {
    PromptRecipe recipe = new PromptRecipe("r", "Think.", "About {text}", 0);
    List<ChatMessage> question = recipe.question(TALK);
    assertThat(question.subList(0, 3)).isEqualTo(TALK.subList(0, 3));
    assertThat(question.get(3)).isEqualTo(new ChatMessage("user", "Why?\n\nThink."));
    assertThat(question).hasSize(4);
  }

  @Test
  void answerTakesTheOldOnesPlaceWithoutWhatTheRecipeAdded() {
    List<ChatMessage> answered = PromptRecipe.answered(TALK, "So.");
    assertThat(answered.subList(0, 4)).isEqualTo(TALK.subList(0, 4));
    assertThat(answered.get(4)).isEqualTo(new ChatMessage("assistant", "So."));
  }

  @Test
  void recipeThatAddsNothingLeavesTheQuestionAsItIs() {
    PromptRecipe recipe = new PromptRecipe("r", "", null, 0.5);
    assertThat(recipe.question(TALK)).isEqualTo(TALK.subList(0, 4));
  }

  @Test
  void conversationWithoutAUserAsksNothing() {
    PromptRecipe recipe = new PromptRecipe("r", "Think.", null, 0.5);
    assertThat(recipe.question(TALK.subList(0, 1))).isEmpty();
  }

  @Test
  void textStandsWhereTheRecipeNamesIt() {
    PromptRecipe recipe = new PromptRecipe("r", "", "Again: {text}!", 0);
    assertThat(recipe.about("a $1 b").get(0).content()).isEqualTo("Again: a $1 b!");
    assertThat(recipe.continues()).isFalse();
  }

  @Test
  void recipeMustEitherKeepAShareOrAsk() {
    for (Runnable wrong :
        List.<Runnable>of(
            () -> new PromptRecipe("r", "", null, 0),
            () -> new PromptRecipe("r", "", null, 1),
            () -> new PromptRecipe("r", "", "no place", 0),
            () -> new PromptRecipe("r", "", "{text}", 0.5))) {
      assertThatThrownBy(wrong::run)
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("The prompt recipe r must either keep a share");
    }
  }

  @Test
  void conversationTravelsAsTextAndComesBack() {
    assertThat(ConversationText.read(ConversationText.write(TALK))).hasValue(TALK);
  }

  @Test
  void textIsNoConversationEvenWithTheMarkInFront() {
    assertThat(ConversationText.read("plain")).isEmpty();
    assertThat(ConversationText.read("")).isEmpty();
    assertThat(ConversationText.read("[{\"role\":\"user\"}]")).isEmpty();
    assertThat(ConversationText.read("\u001eno JSON")).isEmpty();
  }
}
