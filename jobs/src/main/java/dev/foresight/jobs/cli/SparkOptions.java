package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.LocalFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Option;

/** How a command gets its Spark session. */
public final class SparkOptions {
  static final String ZONE = "UTC";

  /** Spark and Hadoop number files in the digits of the JVM's language. */
  private static final String PLAIN_DIGITS = "-Duser.language=en -Duser.country=US";

  private static final String EXECUTOR_OPTIONS = "spark.executor.defaultJavaOptions";

  @Option(
      names = "--master",
      description =
          "Spark master where spark-submit names none, for example local[4] or"
              + " local-cluster[2,1,2048] (default: local[*]).")
  private String master;

  /**
   * Opens a session, or joins the one that is there, after what the command writes was proved to
   * lie apart from what it reads.
   *
   * @throws InputException if it does not, Spark is not started then; or if the one that is there
   *     runs on another master than the named one
   */
  public SparkRun open(String command, Footprint footprint) throws IOException {
    footprint.check(StoreAccess.configuration());
    if (SparkEnv.get() != null) { // a context runs in this JVM
      return SparkRun.joined(join());
    }
    String chosen = master == null ? System.getProperty("spark.master", "local[*]") : master;
    Machine.requireHost(chosen);
    Machine.requireUser(chosen);
    Machine.requireWorkFolder(chosen);
    SparkConf conf = new SparkConf().setMaster(chosen);
    String name = conf.get("spark.app.name", "");
    if (name.isEmpty()
        || name.equals("dev.foresight.jobs.Foresight")) { // spark-submit's own choice
      conf.setAppName("foresight " + command);
    }
    boolean local = chosen.startsWith("local");
    if (local) {
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    String classPath = System.getProperty("foresight.classpath");
    if (classPath != null) { // set by bin/foresight: executors of their own need our jars too
      conf.setIfMissing("spark.executor.extraClassPath", classPath);
    }
    conf.set(EXECUTOR_OPTIONS, (executorOptions(local) + conf.get(EXECUTOR_OPTIONS, "")).strip());
    conf.setIfMissing(SparkRun.TIME_ZONE, ZONE);
    Logs.quiet(chosen);
    SparkSession session = SparkSession.builder().config(conf).getOrCreate();
    LocalFiles.use(session.sparkContext().hadoopConfiguration());
    keepToOwner();
    return SparkRun.own(session);
  }

  private SparkSession join() {
    SparkSession session = SparkSession.builder().getOrCreate();
    String there = session.sparkContext().master();
    if (master != null && !master.equals(there)) {
      throw new InputException(
          Words.format(
              "--master %s can't be had: the Spark session that is there runs on %s. Leave --master out, or stop that session first.",
              master, there));
    }
    return session;
  }

  /** Executors on this machine take the driver's temporary folder, as SPARK_HOME and the jars. */
  private static String executorOptions(boolean local) {
    String folder = System.getProperty("java.io.tmpdir");
    boolean fits = local && !folder.equals("/tmp") && !folder.contains(" ");
    return PLAIN_DIGITS + (fits ? " -Djava.io.tmpdir=" + folder : "") + " ";
  }

  /** What Spark sorts and spills is text; its folders of the driver are open to all otherwise. */
  private static void keepToOwner() throws IOException {
    for (File folder : SparkEnv.get().blockManager().diskBlockManager().localDirs()) {
      Files.setPosixFilePermissions(folder.toPath(), PosixFilePermissions.fromString("rwx------"));
    }
  }

  /** Hadoop's settings for commands that need no session. */
  public static Configuration configuration() throws IOException {
    Machine.requireHost("local");
    Machine.requireUser("local");
    return LocalFiles.use(SparkHadoopUtil.get().newConfiguration(new SparkConf()));
  }
}
