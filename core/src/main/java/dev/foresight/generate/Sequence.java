package dev.foresight.generate;

import java.util.Arrays;
import java.util.BitSet;

/** One continuation while it is written. */
final class Sequence {
  private final Prompt prompt;
  private final int candidate;
  private final BitSet seen = new BitSet();
  private int[] tokens; // of the prompt and behind it
  private float[] logProbabilities = new float[16];
  private int length;
  private Continuation.End end; // null until it ends

  /**
   * @param room tokens at most, those of the prompt among them
   */
  Sequence(Prompt prompt, int candidate, int room) {
    this.prompt = prompt;
    this.candidate = candidate;
    this.tokens = Arrays.copyOf(prompt.tokens(), room);
    this.length = prompt.tokens().length;
    Arrays.stream(prompt.tokens()).forEach(seen::set);
  }

  /**
   * Adds the next token.
   *
   * @param logits behind the last one, [vocabulary]
   */
  void extend(Sampler sampler, Generator.Settings settings, float... logits) {
    int written = length - prompt.tokens().length;
    double uniform =
        settings.sampling().random() ? sampler.uniform(prompt.id(), candidate, written) : 0;
    int token = sampler.choose(logits, seen, uniform);
    if (written == logProbabilities.length) {
      logProbabilities = Arrays.copyOf(logProbabilities, 2 * written);
    }
    logProbabilities[written] = (float) Sampler.logProbability(logits, token);
    tokens[length++] = token;
    seen.set(token);
    if (settings.stops().contains(token)) {
      end = Continuation.End.STOP;
    } else if (length == tokens.length) {
      end = Continuation.End.LENGTH;
    }
  }

  boolean ended() {
    return end != null;
  }

  /** Tokens by now. */
  int length() {
    return length;
  }

  /** The last of them. */
  int last() {
    return tokens[length - 1];
  }

  /** All of them. */
  int[] tokens() {
    return Arrays.copyOf(tokens, length);
  }

  Continuation continuation() {
    int begin = prompt.tokens().length;
    return new Continuation(
        Arrays.copyOfRange(tokens, begin, length),
        Arrays.copyOf(logProbabilities, length - begin),
        end);
  }
}
