package dev.foresight.spark.store;

import dev.foresight.Words;
import java.io.Serializable;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * What became of one shard's documents.
 *
 * @param id the shard's id
 * @param documents rows of the corpus
 * @param withoutText rows whose text is null, left out
 * @param emptyDocuments documents without a token, left out
 * @param usedDocuments documents that gave tokens to the sequences
 * @param unusedDocuments documents behind the sequences that were asked for
 * @param documentTokens tokens of the used documents, before BOS and separators
 * @param sequences sequences made
 * @param droppedTokens of them, those in no sequence: behind the limit, or too few for one more
 * @param sha256 of all token ids, int32 little-endian: the shard's fingerprint
 */
public record PackedShard(
    String id,
    long documents,
    long withoutText,
    long emptyDocuments,
    long usedDocuments,
    long unusedDocuments,
    long documentTokens,
    long sequences,
    long droppedTokens,
    String sha256)
    implements Serializable {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{1,64}");

  public PackedShard {
    if (id == null || id.isEmpty() || sha256 == null || !SHA256.matcher(sha256).matches()) {
      throw new IllegalArgumentException(Words.format("The shard '%s' has SHA-256 %s", id, sha256));
    }
    if (LongStream.of(
            documents,
            withoutText,
            emptyDocuments,
            usedDocuments,
            unusedDocuments,
            documentTokens,
            sequences,
            droppedTokens)
        .anyMatch(count -> count < 0)) {
      throw new IllegalArgumentException(Words.format("The shard '%s' counts less than nothing", id));
    }
  }
}
