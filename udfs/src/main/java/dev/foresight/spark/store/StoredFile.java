package dev.foresight.spark.store;

import java.io.Serializable;

/**
 * A file of a store as its commit names it. Its name holds the beginning of its own checksum, so a
 * name never stands for two contents, and writing a file again is harmless.
 *
 * @param name relative to the store, with forward slashes
 * @param bytes its length, -1 in stores of version 1
 * @param sha256 of its bytes, null in stores of version 1, which kept none
 */
public record StoredFile(String name, long bytes, String sha256) implements Serializable {
  /** A file of which only the name is known. */
  static StoredFile unchecked(String name) {
    return new StoredFile(name, -1, null);
  }
}
