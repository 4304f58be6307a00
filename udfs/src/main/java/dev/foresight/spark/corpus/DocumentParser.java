package dev.foresight.spark.corpus;

import java.io.Serializable;
import java.util.Map;
import java.util.Optional;

/** Makes documents of what a row of the source holds. */
interface DocumentParser extends Serializable {
  /**
   * A document.
   *
   * @param text null where there is none, which is counted
   * @param shard value of the column that names shards, null where another rule does
   * @param hasKey whether the row has the key of the text at all
   */
  record Document(String text, String shard, boolean hasKey) {}

  /**
   * @param content the row's bytes
   * @return nothing for what is no document at all, a blank line
   * @throws DocumentException if the row is refused
   */
  Optional<Document> parse(byte[] content) throws DocumentException;

  /** The bytes are the text. */
  static DocumentParser plain() {
    return content -> Optional.of(new Document(Utf8.decode(content), null, true));
  }

  /**
   * Other keys of a row that lacks the one of the text, each with the length of its text: 0 where
   * it holds neither text nor a conversation.
   */
  default Map<String, Long> otherKeys(byte[] content) throws DocumentException {
    return Map.of();
  }
}
