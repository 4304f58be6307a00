package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
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

  private static InputException damaged(String path, Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new InputException(
        Words.format("%s can't be read (%s): it is damaged, or not what its name says. Copy it again or leave it out.", path, root.toString().lines().findFirst().orElse("")),
        thrown);
  }
}
