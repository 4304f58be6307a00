package dev.foresight.jobs;

import dev.foresight.InputException;
import dev.foresight.spark.Footprint;
import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** How a command gets its Spark session. */
final class SparkOptions {
  static final String ZONE = "UTC";

  @Option(
      names = "--master",
      description =
          "Spark master where spark-submit names none, for example local[4] or"
              + " local-cluster[2,1,2048] (default: local[*]).")
  private String master;

  /**
   * Opens a session, or joins the one that is there, after what the command writes was proved to lie
   * apart from what it reads.
   *
   * @throws InputException if it does not, Spark is not started then; or if the one that is there
   *     runs on another master than the named one
   */
  SparkRun open(String command, Footprint footprint) throws IOException {
    footprint.check(StoreAccess.configuration());
    if (SparkEnv.get() != null) { // a context runs in this JVM
      return SparkRun.joined(join());
    }
    SparkConf conf = new SparkConf();
    conf.setIfMissing("spark.master", master == null ? "local[*]" : master);
    if (master != null) {
      conf.setMaster(master);
    }
    String name = conf.get("spark.app.name", "");
    if (name.isEmpty() || name.equals(Foresight.class.getName())) { // spark-submit's own choice
      conf.setAppName("foresight " + command);
    }
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    String classPath = System.getProperty("foresight.classpath");
    if (classPath != null) { // set by bin/foresight: executors of their own need our jars too
      conf.setIfMissing("spark.executor.extraClassPath", classPath);
    }
    conf.setIfMissing(SparkRun.TIME_ZONE, ZONE);
    return SparkRun.own(SparkSession.builder().config(conf).getOrCreate());
  }

  private SparkSession join() {
    SparkSession session = SparkSession.builder().getOrCreate();
    String there = session.sparkContext().master();
    if (master != null && !master.equals(there)) {
      throw new InputException(
          "--master %s can't be had: the Spark session that is there runs on %s. Leave --master out, or stop that session first."
              .formatted(master, there));
    }
    return session;
  }
}
