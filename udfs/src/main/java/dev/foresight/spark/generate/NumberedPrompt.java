package dev.foresight.spark.generate;

import dev.foresight.Hashing;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;

/**
 * A prompt of a corpus.
 *
 * @param number its place among all, 0 and on
 * @param shard where it comes from
 * @param id SHA-256 of its text (UTF-8), the first 32 hexadecimal digits: what chance knows it by
 * @param text what is continued
 */
public record NumberedPrompt(long number, String shard, String id, String text)
    implements Serializable {
  private static final int DIGITS = 32;

  /** One whose place is not known yet. */
  public static NumberedPrompt of(String shard, String text) {
    String hash = Hashing.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
    return new NumberedPrompt(-1, shard, hash.substring(0, DIGITS), text);
  }

  /** The same with a place. */
  NumberedPrompt at(long place) {
    return new NumberedPrompt(place, shard, id, text);
  }

  /** What prompts are ordered by; those that agree in it are the same. */
  String order() {
    return shard + '\0' + id;
  }
}
