package dev.foresight.text;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * Joins the tokens of a shard's documents and cuts them into sequences of one length, in the order
 * given. What does not fill a last sequence is dropped and counted.
 */
public final class SequencePacker {
  private final int[] pending;
  private final boolean bosAtStart;
  private final boolean bosAtDocument;
  private final OptionalInt bos;
  private final OptionalInt separator;
  private final long limit;
  private final Consumer<int[]> sink;
  private int filled;
  private long sequences;
  private long documents;
  private long empty;
  private long documentTokens;
  private long packed;
  private int packedPending;

  /**
   * @param settings length, BOS and separator rules
   * @param tokenizer resolves BOS and separator to ids
   * @param limit sequences wanted; documents beyond them are not needed
   * @param sink takes each finished sequence
   * @throws InputException if the settings need a special token that the tokenizer lacks
   */
  public SequencePacker(
      PackingSettings settings, Tokenizer tokenizer, long limit, Consumer<int[]> sink) {
    this.pending = new int[settings.sequenceLength()];
    this.bosAtStart =
        settings.bos() == Bos.START || settings.bos() == Bos.AUTO && tokenizer.addsBos();
    this.bosAtDocument = settings.bos() == Bos.EACH;
    this.bos = tokenizer.bos();
    this.separator = separatorOf(settings.separator(), tokenizer);
    this.limit = limit;
    this.sink = sink;
    if ((bosAtStart || bosAtDocument) && bos.isEmpty()) {
      throw new InputException(
          Words.format("--bos %s needs a bos_token, and tokenizer_config.json names none: use --bos none.", settings.bos()));
    }
  }

  private static OptionalInt separatorOf(String separator, Tokenizer tokenizer) {
    return switch (separator) {
      case "none" -> OptionalInt.empty();
      case "eos" -> {
        if (tokenizer.eos().isEmpty()) {
          throw new InputException(
              "--separator eos needs an eos_token, and tokenizer_config.json names none:"
                  + " use --separator none or name a special token.");
        }
        yield tokenizer.eos();
      }
      default -> OptionalInt.of(tokenizer.idOf(separator, "--separator"));
    };
  }

  /** Whether all sequences that were asked for are made. */
  public boolean full() {
    return sequences >= limit;
  }

  /** Adds one document; tokens beyond the limit are dropped. */
  public void add(int[] tokens) {
    if (tokens.length == 0) {
      empty++;
      return;
    }
    if (documents++ > 0) {
      separator.ifPresent(this::push);
    }
    if (bosAtDocument) {
      push(bos.getAsInt());
    }
    documentTokens += tokens.length;
    for (int i = 0; i < tokens.length && !full(); i++) {
      packed++;
      packedPending++;
      push(tokens[i]);
    }
  }

  private void push(int token) {
    if (full()) {
      return;
    }
    // a chat template may have written BOS itself: the model never saw two
    if (filled == 0 && bosAtStart && token != bos.getAsInt()) {
      pending[filled++] = bos.getAsInt();
    }
    pending[filled++] = token;
    if (filled == pending.length) {
      sink.accept(Arrays.copyOf(pending, filled));
      filled = 0;
      packedPending = 0;
      sequences++;
    }
  }

  /** Sequences made so far. */
  public long sequences() {
    return sequences;
  }

  /** Documents with at least one token. */
  public long documents() {
    return documents;
  }

  /** Documents without any token, which are left out. */
  public long emptyDocuments() {
    return empty;
  }

  /** Tokens of the documents given, before BOS and separators. */
  public long documentTokens() {
    return documentTokens;
  }

  /** Tokens of the documents given that are in no sequence: behind the limit, or too few left. */
  public long droppedTokens() {
    return documentTokens - packed + packedPending;
  }
}
