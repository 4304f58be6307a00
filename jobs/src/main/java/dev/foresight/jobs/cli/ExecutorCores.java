package dev.foresight.jobs.cli;

import org.apache.spark.SparkConf;

/** How many cores an executor has, as far as its configuration tells. */
public final class ExecutorCores {
  private ExecutorCores() {}

  /** Of one executor, or of the one process of a local master. */
  public static int of(SparkConf conf) {
    String master = conf.get("spark.master", "local");
    if (master.matches("local(\\[.*)?")) {
      String given = master.replaceAll("local\\[?|[],].*", "");
      return given.isEmpty()
          ? 1
          : given.equals("*")
              ? Runtime.getRuntime().availableProcessors()
              : Integer.parseInt(given);
    }
    return master.startsWith("local-cluster[")
        ? Integer.parseInt(master.split(",", -1)[1].strip())
        : conf.getInt("spark.executor.cores", 1);
  }

  /** Tasks that run in it at once. */
  public static int tasks(SparkConf conf) {
    return Math.max(1, of(conf) / conf.getInt("spark.task.cpus", 1));
  }
}
