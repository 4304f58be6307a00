package dev.foresight.tensor;

import java.io.IOException;
import java.util.List;

/** A Hugging Face model folder, local or on any file system that has names, lengths and ranges. */
public interface ModelFolder {
  /** What messages call this folder: the path or URI it was opened with. */
  String location();

  /** Names of the plain files directly inside, sorted. */
  List<String> files() throws IOException;

  /**
   * Opens one file for ranged reads.
   *
   * @throws dev.foresight.InputException if there is no such file
   */
  ByteSource open(String file) throws IOException;

  /** A whole small file (config.json, an index) as UTF-8 text. */
  String text(String file) throws IOException;
}
