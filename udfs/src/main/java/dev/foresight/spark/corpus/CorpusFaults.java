package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.FileNotFoundException;
import java.nio.file.AccessDeniedException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkThrowable;

/** Says which file of a corpus is damaged, where Spark only says that reading failed. */
public final class CorpusFaults {
  private CorpusFaults() {}

  /** What is thrown while a corpus is read. */
  @FunctionalInterface
  public interface Reading<T> {
    T read();
  }

  /**
   * Reads, and turns Spark's complaint about a file into a refusal that names it.
   *
   * @throws InputException if a file can't be read
   */
  public static <T> T naming(Reading<T> reading) {
    try {
      return reading.read();
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      for (Throwable t = e; t != null; t = t.getCause()) {
        if (t instanceof InputException refused) {
          throw refused;
        }
        if (t instanceof SparkThrowable spark
            && spark.getCondition() != null
            && spark.getCondition().startsWith("FAILED_READ_FILE")) {
          throw damaged(spark.getMessageParameters().get("path"), t);
        }
      }
      throw e;
    }
  }

  /** What can be done about a file whose reading failed. */
  static InputException damaged(String path, Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String why = root.getMessage() == null ? "" : root.getMessage().lines().findFirst().orElse("");
    String message;
    if (root instanceof AccessDeniedException
        || root instanceof AccessControlException
        || why.endsWith("(Permission denied)")) {
      message = Words.format("%s may not be read: check its permissions.", path);
    } else if (root instanceof FileNotFoundException) {
      message =
          Words.format(
              "%s went while the corpus was read: run the command again when nothing writes there.",
              path);
    } else {
      message =
          Words.format(
              "%s can't be read (%s): it is damaged, or not what its name says. Copy it again or leave it out.",
              path, why.isEmpty() ? root.getClass().getSimpleName() : why);
    }
    return new InputException(message, thrown);
  }
}
