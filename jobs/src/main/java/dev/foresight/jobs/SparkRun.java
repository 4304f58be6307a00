package dev.foresight.jobs;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A command's hold on a Spark session, on the thread that runs the command: of its own, which is
 * stopped at the end, or of the program that called the command, which gets it back as it was.
 */
final class SparkRun implements AutoCloseable {
  static final String TIME_ZONE = "spark.sql.session.timeZone";

  /** What {@code SparkContext.setJobGroup} sets for the calling thread. */
  private static final List<String> GROUP =
      List.of("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel");

  private final SparkSession session;
  private final Runnable end;

  private SparkRun(SparkSession session, Runnable end) {
    this.session = session;
    this.end = end;
  }

  /** Holds a session that the command opened. */
  static SparkRun own(SparkSession session) {
    return new SparkRun(session, session::stop);
  }

  /** Holds a session that was there before the command. */
  static SparkRun joined(SparkSession session) {
    SparkContext context = session.sparkContext();
    Map<String, String> group = new TreeMap<>();
    GROUP.forEach(key -> group.put(key, context.getLocalProperty(key)));
    boolean zoned = session.conf().getAll().contains(TIME_ZONE);
    if (!zoned) {
      session.conf().set(TIME_ZONE, SparkOptions.ZONE);
    }
    return new SparkRun(
        session,
        () -> {
          group.forEach(context::setLocalProperty);
          if (!zoned) {
            session.conf().unset(TIME_ZONE);
          }
        });
  }

  SparkSession session() {
    return session;
  }

  @Override
  public void close() {
    end.run();
  }
}
