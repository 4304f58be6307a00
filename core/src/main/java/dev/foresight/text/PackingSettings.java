package dev.foresight.text;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;

/**
 * How documents become sequences. Part of a store's fingerprint: sketches packed differently never
 * mix.
 *
 * @param sequenceLength tokens of a sequence, including BOS
 * @param bos where BOS stands
 * @param separator text of the token between documents, {@code eos} for the tokenizer's own
 *     end-of-sequence token, {@code none} for nothing
 * @param seed orders documents and samples rows
 */
public record PackingSettings(int sequenceLength, Bos bos, String separator, long seed)
    implements Serializable {
  public PackingSettings {
    if (sequenceLength < 2) {
      throw new InputException(
          Words.format("--sequence-length %d is too short: a sequence needs at least 2 tokens.", sequenceLength));
    }
  }
}
