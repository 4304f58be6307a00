package dev.foresight.tensor;

import dev.foresight.InputException;

/** Names of files inside a model folder, which may come from an index that others wrote. */
final class FileNames {
  private FileNames() {}

  /**
   * @param where what the message calls the place that holds the name
   * @return the name
   * @throws InputException if it could lead out of its folder
   */
  static String requirePlain(String where, String file) {
    boolean leads = file.indexOf('/') >= 0 || file.indexOf('\\') >= 0 || file.indexOf('\0') >= 0;
    if (leads || file.isEmpty() || file.equals(".") || file.equals("..")) {
      throw new InputException(
          "%s names the file '%s', which is no plain name inside the folder. Put the file there and"
                  .formatted(where, file)
              + " name it without a path.");
    }
    return file;
  }
}
