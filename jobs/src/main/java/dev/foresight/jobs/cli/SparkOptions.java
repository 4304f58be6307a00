package dev.foresight.jobs.cli;

import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** How a command gets its Spark session. */
public final class SparkOptions {
  @Option(
      names = "--master",
      description =
          "Spark master where spark-submit names none, for example local[4] or"
              + " local-cluster[2,1,2048] (default: local[*]).")
  private String master;

  /** Opens a session, or joins the one that is there. */
  public SparkSession open(String command) {
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", master == null ? "local[*]" : master);
    if (master != null) {
      conf.setMaster(master);
    }
    String name = conf.get("spark.app.name", "");
    if (name.isEmpty()
        || name.equals("dev.foresight.jobs.Foresight")) { // spark-submit's own choice
      conf.setAppName("foresight " + command);
    }
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    String classPath = System.getProperty("foresight.classpath");
    if (classPath != null) { // set by bin/foresight: executors of their own need our jars too
      conf.setIfMissing("spark.executor.extraClassPath", classPath);
    }
    conf.setIfMissing("spark.sql.session.timeZone", "UTC");
    return SparkSession.builder().config(conf).getOrCreate();
  }
}
