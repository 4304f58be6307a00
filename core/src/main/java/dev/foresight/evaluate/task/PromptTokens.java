package dev.foresight.evaluate.task;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.text.Tokenizer;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A prompt as tokens.
 *
 * @param tokens context and continuation, cut at the left where they are longer than the model
 * @param continuation tokens at the end that are scored, at least 1, fewer than all
 */
@SuppressWarnings("ArrayRecordComponent") // travels to a task, never compared
public record PromptTokens(int[] tokens, int continuation) implements Serializable {
  public PromptTokens {
    if (continuation < 1 || continuation >= tokens.length) {
      throw new IllegalArgumentException(
          Words.format("%d of %d tokens can't be a continuation", continuation, tokens.length));
    }
  }

  /**
   * Tokens of a prompt: the continuation's are those that come behind the context's when both are
   * encoded as one text, with one BOS in front where the tokenizer adds one.
   *
   * @param positions that the model reads at most; the leftmost tokens of a longer prompt are cut
   * @param where what messages call the row
   * @throws InputException if no token is left to score, or none to score it behind
   */
  public static PromptTokens of(Prompt prompt, Tokenizer tokenizer, int positions, String where) {
    String context = PythonText.stripEnd(prompt.context());
    String spaces = prompt.context().substring(context.length());
    int[] whole = encode(tokenizer, context + spaces + prompt.continuation());
    int given = encode(tokenizer, context).length;
    int continuation = whole.length - given;
    if (given < 1 || continuation < 1) {
      throw new InputException(
          Words.format("%s: the tokenizer makes %d tokens of the context and %d of both, so \"%s\" can't be scored:", where, given, whole.length, prompt.continuation())
              + " remove the row.");
    }
    if (continuation > positions) {
      throw new InputException(
          Words.format("%s: \"%s\" has %d tokens, but the model reads %d: remove the row.", where, prompt.continuation(), continuation, positions));
    }
    int from = Math.max(0, whole.length - positions - 1);
    return new PromptTokens(Arrays.copyOfRange(whole, from, whole.length), continuation);
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    int[] tokens = tokenizer.encode(text);
    if (!tokenizer.addsBos()) {
      return tokens;
    }
    int[] dressed = new int[tokens.length + 1];
    dressed[0] = tokenizer.bos().getAsInt();
    System.arraycopy(tokens, 0, dressed, 1, tokens.length);
    return dressed;
  }

  /** What the model reads: all but the last token. */
  int[] input() {
    return Arrays.copyOf(tokens, tokens.length - 1);
  }
}
