package dev.foresight.jobs.cli;

import dev.foresight.spark.io.LocalFiles;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;

/**
 * A command's hold on a Spark session, on the thread that runs the command: of its own, which is
 * stopped at the end, or of the program that called the command, which gets it back as it was.
 */
public final class SparkRun implements AutoCloseable {
  static final String TIME_ZONE = "spark.sql.session.timeZone";

  /** What {@code SparkContext.setJobGroup} sets for the calling thread. */
  private static final List<String> GROUP =
      List.of("spark.jobGroup.id", "spark.job.description", "spark.job.interruptOnCancel");

  /** What {@link LocalFiles#use} sets. */
  private static final List<String> LOCAL_FILES =
      List.of("fs.file.impl", "fs.file.impl.disable.cache");

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
    Configuration hadoop = context.hadoopConfiguration();
    Map<String, String> files = new TreeMap<>();
    LOCAL_FILES.forEach(key -> files.put(key, hadoop.get(key)));
    LocalFiles.use(hadoop);
    return new SparkRun(
        session,
        () -> {
          files.forEach((key, was) -> restore(hadoop, key, was));
          group.forEach(context::setLocalProperty);
          if (!zoned) {
            session.conf().unset(TIME_ZONE);
          }
        });
  }

  private static void restore(Configuration hadoop, String key, String was) {
    if (was == null) {
      hadoop.unset(key);
    } else {
      hadoop.set(key, was);
    }
  }

  public SparkSession session() {
    return session;
  }

  @Override
  public void close() {
    end.run();
  }
}
