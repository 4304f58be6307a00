package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.nio.charset.StandardCharsets;

/** Names of files inside a model folder, which may come from an index that others wrote. */
public final class FileNames {
  private static final int MAX_BYTES = 255; // of one name, on every usual file system

  private FileNames() {}

  /**
   * A colon is refused with the rest because Hadoop takes what stands before it for a scheme.
   *
   * @param where what the message calls the place that holds the name
   * @return the name
   * @throws InputException if it could lead out of its folder, or is none that file systems have
   */
  public static String requirePlain(String where, String file) {
    boolean leads = file.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':');
    if (leads || file.isEmpty() || file.equals(".") || file.equals("..")) {
      throw new InputException(
          Words.format("%s names the file '%s', which is no plain name inside the folder. Put the file there and", where, file)
              + " name it without a path.");
    }
    boolean strange = file.chars().anyMatch(Character::isISOControl);
    if (strange
        || !StandardCharsets.UTF_8.newEncoder().canEncode(file)
        || file.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      throw new InputException(
          Words.format("%s names a file by %d characters that file systems don't take: rename it, and write its name there again.", where, file.length()));
    }
    return file;
  }
}
