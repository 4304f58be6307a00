package dev.foresight.jobs;

import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * A Spark session that commands of many tests join, as they join that of a notebook: opening one
 * takes longer than most commands. A command that can't join it opens and stops its own, as {@code
 * bin/foresight} does: of another kind of master, or of Spark settings that its test made.
 */
public final class SharedSpark {
  private static SparkSession session;

  private SharedSpark() {}

  /** The session, opened where there is none. */
  public static synchronized SparkSession session() {
    return isOpen() ? session : open("local[2]");
  }

  /** Sees to it that a command finds what it can join, or nothing. */
  static synchronized void makeReadyFor(String... words) {
    int option = List.of(words).indexOf("--master");
    if (option < 0) {
      return; // it needs none, or takes any
    }
    String master = words[option + 1];
    if (!master.startsWith("local[") || hasOwnSettings()) {
      stop();
    } else if (!isOpen() || !session.sparkContext().master().equals(master)) {
      stop();
      open(master);
    }
  }

  private static boolean isOpen() {
    return session != null && !session.sparkContext().isStopped();
  }

  private static SparkSession open(String master) {
    session =
        SparkSession.builder()
            .master(master)
            .appName("tests")
            .config("spark.ui.enabled", "false")
            .getOrCreate();
    return session;
  }

  /** Ends the session, so that the next command opens its own. */
  public static synchronized void stop() {
    if (isOpen()) {
      session.stop();
    }
  }

  private static boolean hasOwnSettings() {
    return System.getProperties().stringPropertyNames().stream()
        .anyMatch(
            name ->
                name.equals("foresight.classpath")
                    || name.startsWith("spark.") && !name.startsWith("spark.foresight."));
  }
}
