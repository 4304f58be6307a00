package dev.foresight.regenerate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.text.ChatMessage;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What a teacher is asked, by what a row is.
 *
 * @param name of the recipe
 * @param answer what is added to the last thing that a user says in a conversation, whose answer is
 *     then written anew; empty for nothing
 * @param ask what a user says of a plain text, with {@value #TEXT} where it stands; null where the
 *     text is continued
 * @param keep share of a plain text's tokens that stays, and is continued; 0 where it is asked for
 */
public record PromptRecipe(String name, String answer, String ask, double keep)
    implements Serializable {
  /** Where the text stands in what is asked. */
  public static final String TEXT = "{text}";

  private static final String USER = "user";
  private static final String ASSISTANT = "assistant";

  public PromptRecipe {
    boolean continues = keep > 0 && keep < 1;
    if (ask == null ? !continues : keep != 0 || !ask.contains(TEXT)) {
      throw new InputException(
          Words.format(
              "The prompt recipe %s must either keep a share of a text between 0 and 1 (text.keep), or ask for one with %s in it (text.ask).",
              name, TEXT));
    }
  }

  /** Whether plain text is continued, for which a teacher needs no chat template. */
  public boolean continues() {
    return ask == null;
  }

  /** What is said about a plain text. */
  public List<ChatMessage> about(String text) {
    return List.of(new ChatMessage(USER, ask.replace(TEXT, text)));
  }

  /**
   * A conversation up to the last thing that a user says, with what the recipe adds to it.
   *
   * @return nothing where no user says anything
   */
  public List<ChatMessage> question(List<ChatMessage> conversation) {
    List<ChatMessage> question = new ArrayList<>(asked(conversation));
    if (!question.isEmpty() && !answer.isEmpty()) {
      ChatMessage last = question.remove(question.size() - 1);
      question.add(new ChatMessage(USER, last.content() + "\n\n" + answer));
    }
    return question;
  }

  /** The conversation with another answer; without what the recipe added. */
  public static List<ChatMessage> answered(List<ChatMessage> conversation, String answer) {
    List<ChatMessage> whole = new ArrayList<>(asked(conversation));
    whole.add(new ChatMessage(ASSISTANT, answer));
    return whole;
  }

  private static List<ChatMessage> asked(List<ChatMessage> conversation) {
    int end = conversation.size();
    while (end > 0 && !conversation.get(end - 1).role().equals(USER)) {
      end--;
    }
    return conversation.subList(0, end);
  }
}
