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
   * Paths of all plain files, in sub-folders too, with {@code /} between names, sorted. Left out is
   * what begins with a dot: caches and histories of the tools that fetched the folder. A link to a
   * folder is not followed; it is listed with {@code /} at its end.
   */
  default List<String> tree() throws IOException {
    return files();
  }

  /**
   * Opens a file of {@link #tree}, which may lie in a sub-folder.
   *
   * @throws InputException if there is no such file, or its path leads out of the folder
   */
  default ByteSource openBelow(String path) throws IOException {
    return open(path);
  }

  /**
   * A whole small file of {@link #tree} as UTF-8 text.
   *
   * @throws InputException as {@link #text}
   */
  default String textBelow(String path) throws IOException {
    try (ByteSource source = openBelow(path)) {
      return text(source);
    }
  }

  /**
   * A whole small file (config.json, an index) as UTF-8 text.
   *
   * @throws InputException if there is no such file, or it is too long or not UTF-8
   */
  default String text(String file) throws IOException {
    try (ByteSource source = open(file)) {
      return text(source);
    }
  }

  private static String text(ByteSource source) throws IOException {
    if (source.size() > MAX_TEXT) {
      throw new InputException(
          Words.format(
              "%s has %d bytes: a text beside the weights has at most %d. Fetch or write it again.",
              source.name(), source.size(), MAX_TEXT));
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
