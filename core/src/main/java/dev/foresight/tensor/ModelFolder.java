package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A Hugging Face model folder, local or on any file system that has names, lengths and ranges. */
public interface ModelFolder {
  /** Longest text, in bytes: ten times the largest tokenizer.json of today. */
  int MAX_TEXT = 256 << 20;

  /** What messages call this folder: the path or URI it was opened with. */
  String location();

  /** Names of the plain files directly inside, sorted. */
  List<String> files() throws IOException;

  /**
   * Opens one file for ranged reads.
   *
   * @throws InputException if there is no such file, or its name leads out of the folder
   */
  ByteSource open(String file) throws IOException;

  /**
   * A whole small file (config.json, an index) as UTF-8 text.
   *
   * @throws InputException if there is no such file, or it is too long or not UTF-8
   */
  default String text(String file) throws IOException {
    try (ByteSource source = open(file)) {
      if (source.size() > MAX_TEXT) {
        throw new InputException(
            Words.format("%s has %d bytes: a text beside the weights has at most %d. Fetch or write it again.", source.name(), source.size(), MAX_TEXT));
      }
      try {
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(source.read(0, (int) source.size()))
            .toString();
      } catch (CharacterCodingException e) {
        throw new InputException(Words.format("%s is not UTF-8 text.", source.name()), e);
      }
    }
  }
}
