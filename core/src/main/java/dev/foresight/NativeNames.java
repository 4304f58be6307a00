package dev.foresight;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Names of local files, and which of them this process can spell.
 *
 * <p>A JVM reads and writes names in the charset of its locale, on every release ({@code
 * sun.jnu.encoding}; since JDK 18 only the content of files is UTF-8 whatever the locale). A
 * container without {@code LANG} has ASCII: {@code données} is then listed with a replacement
 * character for each byte that can't be read, and there is no file of the name so listed. Hadoop
 * leaves such files out without a word.
 */
public final class NativeNames {
  private static final String CHARSET = System.getProperty("sun.jnu.encoding", "UTF-8");
  private static final char REPLACEMENT = '\ufffd';

  private NativeNames() {}

  /**
   * Proves a name from a listing to be one that can be opened again.
   *
   * @param folder that was listed
   * @return the name
   * @throws InputException if it is not
   */
  public static String requireListed(Path folder, String name) {
    if (!spells(name, CHARSET)) {
      throw unspelled(folder + " holds the file '" + name + "'", CHARSET);
    }
    if (name.indexOf(REPLACEMENT) >= 0
        && !Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
      throw new InputException(
          folder
              + " holds a file whose name is not UTF-8, '"
              + name
              + "': rename it (convmv does so for whole folders).");
    }
    return name;
  }

  /**
   * Proves a name that the user, a setting or another process gave to be one that files can have
   * here.
   *
   * @param what for the message: {@code "the argument 'données'"}
   * @throws InputException if this process can't spell it
   */
  public static void requireSpelled(String what, String name) {
    if (!spells(name, CHARSET)) {
      throw unspelled(what, CHARSET);
    }
  }

  /** Whether files can have that name in a process of that charset. */
  static boolean spells(String name, String charset) {
    return charset.equalsIgnoreCase(StandardCharsets.UTF_8.name())
        || name.chars().allMatch(c -> c < 0x80);
  }

  private static InputException unspelled(String what, String charset) {
    return new InputException(
        what
            + " can't be spelled in this process, whose locale has the charset "
            + charset
            + ": set LC_ALL=C.UTF-8 (for executors: spark.executorEnv.LC_ALL) and run again.");
  }
}
