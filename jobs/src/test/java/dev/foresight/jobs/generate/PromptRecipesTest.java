package dev.foresight.jobs.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.text.ChatMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptRecipesTest {
  private static final String REASONING = "Think step by step, then give the answer.";
  private static final List<ChatMessage> WHY = List.of(new ChatMessage("user", "Why?"));

  @TempDir private Path folder;

  private PromptRecipe file(String name, String text) throws IOException {
    return PromptRecipes.of(Files.writeString(folder.resolve(name), text).toString());
  }

  private static String about(PromptRecipe recipe) {
    return recipe.about("THE TEXT").get(0).content();
  }

  @Test
  void carriedRecipesAreThoseOfTheFolder() throws IOException {
    try (var files = Files.list(Path.of("../conf/prompts"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              PromptRecipes.NAMES.stream().map(name -> name + ".conf").toList());
    }
  }

  @Test
  void textIsContinuedFromItsFirstQuarter() {
    PromptRecipe recipe = PromptRecipes.of("continue");
    assertThat(recipe).isEqualTo(new PromptRecipe("continue", "", null, 0.25));
    assertThat(recipe.question(WHY)).isEqualTo(WHY);
  }

  @Test
  void textIsRephrasedAndConversationsAreAskedAsTheyAre() {
    PromptRecipe recipe = PromptRecipes.of("rephrase");
    assertThat(recipe.continues()).isFalse();
    assertThat(about(recipe)).startsWith("Write the following text anew").endsWith("\n\nTHE TEXT");
    assertThat(recipe.question(WHY)).isEqualTo(WHY);
  }

  @Test
  void reasonAndQuestionAskConversationsForReasoning() {
    for (String name : List.of("reason", "question")) {
      PromptRecipe recipe = PromptRecipes.of(name);
      assertThat(recipe.name()).isEqualTo(name);
      assertThat(recipe.continues()).isFalse();
      assertThat(recipe.question(WHY))
          .containsExactly(new ChatMessage("user", "Why?\n\n" + REASONING));
    }
    assertThat(about(PromptRecipes.of("reason")))
        .isEqualTo(
            "Explain step by step what the following text says, and why it says so.\n\nTHE TEXT");
    assertThat(about(PromptRecipes.of("question")))
        .isEqualTo(
            "Read the following passage. Write a question that it answers, then answer it step by step.\n\nTHE TEXT");
  }

  @Test
  void fileIsARecipeOfItsOwnName() throws IOException {
    assertThat(file("mine.conf", "answer = \"Be brief.\"\ntext.keep = 0.5"))
        .isEqualTo(new PromptRecipe("mine.conf", "Be brief.", null, 0.5));
    assertThat(file("json.conf", "{\"text\": {\"ask\": \"{text}, again\"}}"))
        .isEqualTo(new PromptRecipe("json.conf", "", "{text}, again", 0));
  }

  @Test
  void unknownKeysAreRefusedAllOfThem() {
    assertThatThrownBy(() -> file("odd.conf", "text { keep = 0.5, kept = 1 }\nasks = x"))
        .isInstanceOf(InputException.class)
        .hasMessageEndingWith(
            "odd.conf has asks, text.kept, and only answer, text.ask and text.keep mean anything.");
  }

  @Test
  void damagedFileIsRefusedByName() {
    for (String damaged : List.of("text { keep = ", "text.keep = much", "answer = ${nowhere}")) {
      assertThatThrownBy(() -> file("damaged.conf", damaged))
          .as(damaged)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("damaged.conf is damaged: ");
    }
  }

  @Test
  void fileThatIsNotThereAndAFolderAreRefused() {
    for (String given : List.of(folder.resolve("none.conf").toString(), folder.toString(), "")) {
      assertThatThrownBy(() -> PromptRecipes.of(given))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "There is no prompt recipe %s: name a file that is there, or one of continue, question, reason, rephrase.",
              given);
    }
  }

  @Test
  void recipeThatDoesBothOrNeitherIsRefused() {
    for (String text : List.of("text { keep = 0.5, ask = \"{text}\" }", "answer = x", "")) {
      assertThatThrownBy(() -> file("both.conf", text))
          .as(text)
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("The prompt recipe both.conf must either keep a share");
    }
  }
}
