package dev.foresight.evaluate.task;

import dev.foresight.Words;
import java.util.List;

/**
 * One row of a task.
 *
 * @param line of its file, from 1
 * @param prompts one for each choice; a single one where the continuation is to be found exactly
 * @param lengths characters (code points) of each choice without the space in front of it: what
 *     acc_norm divides by
 * @param gold place of the right choice, from 0
 */
public record Document(int line, List<Prompt> prompts, List<Integer> lengths, int gold) {
  public Document {
    prompts = List.copyOf(prompts);
    lengths = List.copyOf(lengths);
    if (prompts.isEmpty() || lengths.size() != prompts.size() || gold >= prompts.size()) {
      throw new IllegalArgumentException(
          Words.format("%d prompts with %d lengths have no choice %d", prompts.size(), lengths.size(), gold));
    }
  }

  /** Choices behind one context, a space between. */
  static Document choices(int line, String context, List<String> choices, int gold) {
    return new Document(
        line,
        choices.stream().map(choice -> new Prompt(context, " " + choice)).toList(),
        choices.stream().map(Document::characters).toList(),
        gold);
  }

  /** One continuation, with its space, behind each of several contexts. */
  static Document contexts(int line, List<String> contexts, String continuation, int gold) {
    int length = characters(continuation.substring(1));
    return new Document(
        line,
        contexts.stream().map(context -> new Prompt(context, continuation)).toList(),
        contexts.stream().map(context -> length).toList(),
        gold);
  }

  /** A continuation, with its space, that is to be found exactly. */
  static Document exact(int line, String context, String continuation) {
    return new Document(
        line,
        List.of(new Prompt(context, continuation)),
        List.of(characters(continuation.substring(1))),
        0);
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }
}
