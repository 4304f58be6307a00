package dev.foresight.spark.regenerate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.generate.Prompt;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.generate.NumberedPrompt;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import dev.foresight.text.ConversationText;
import dev.foresight.text.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Makes prompts for a teacher of the sources of a corpus, and text of what it writes. */
final class Sources {
  private final PromptRecipe recipe;
  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final int maxTokens;

  /**
   * @param tokenizer the teacher's
   * @param template the teacher's, asking; none where it has none
   * @param maxTokens of a source's text that count
   */
  Sources(
      PromptRecipe recipe, Tokenizer tokenizer, Optional<ChatTemplate> template, int maxTokens) {
    this.recipe = recipe;
    this.tokenizer = tokenizer;
    this.template = template;
    this.maxTokens = maxTokens;
  }

  /**
   * A source and what its teacher is to continue.
   *
   * @param row what the corpus holds
   * @param conversation its messages, null of plain text
   * @param text what counts of a plain text, for a conversation all that is said
   * @param continues whether what is written stands behind the prompt
   * @param prompt what the teacher gets; null where the row gives nothing to ask
   */
  record Source(
      NumberedPrompt row,
      List<ChatMessage> conversation,
      String text,
      boolean continues,
      Prompt prompt) {}

  Source of(NumberedPrompt row) {
    Optional<List<ChatMessage>> conversation = ConversationText.read(row.text());
    return conversation.isPresent()
        ? conversation(row, conversation.get())
        : recipe.continues() ? continued(row) : asked(row);
  }

  private Source conversation(NumberedPrompt row, List<ChatMessage> messages) {
    List<ChatMessage> question = recipe.question(messages);
    String said = String.join("\n", messages.stream().map(ChatMessage::content).toList());
    Prompt prompt = question.isEmpty() ? null : prompt(row, question);
    return new Source(row, messages, said, false, prompt);
  }

  private Source asked(NumberedPrompt row) {
    int[] tokens = tokenizer.encode(row.text());
    String text =
        tokens.length <= maxTokens
            ? row.text()
            : tokenizer.plainText(Arrays.copyOf(tokens, maxTokens));
    return new Source(row, null, text, false, prompt(row, recipe.about(text)));
  }

  private Prompt prompt(NumberedPrompt row, List<ChatMessage> messages) {
    ChatTemplate form =
        template.orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "The teacher has no chat template, which the prompt recipe %s needs: take --recipe continue for plain text, or a teacher with a template.",
                        recipe.name())));
    return new Prompt(row.id(), tokenizer.prompt(form.render(messages)));
  }

  /** As many tokens are written as the source had. */
  private Source continued(NumberedPrompt row) {
    int[] tokens = tokenizer.prompt(row.text());
    int[] all = Arrays.copyOf(tokens, Math.min(tokens.length, maxTokens));
    int kept = Math.max(1, (int) Math.round(recipe.keep() * all.length));
    String text = tokenizer.plainText(all);
    Prompt prompt =
        kept >= all.length
            ? null
            : new Prompt(row.id(), Arrays.copyOf(all, kept), all.length - kept);
    return new Source(row, null, text, true, prompt);
  }
}
