package dev.foresight.jobs;

import dev.foresight.NativeNames;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.SparkConf;
import org.apache.spark.util.Utils;

/** What containers lack and Spark takes for granted: a name of the user and of the host. */
final class Machine {
  private static final String LOOPBACK = "127.0.0.1";

  private Machine() {}

  /** The host's name for reports; one that nobody resolves is still a name. */
  static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      String name = System.getenv("HOSTNAME");
      return name == null || name.isEmpty() ? "localhost" : name;
    }
  }

  /** Lets Spark start on one machine whose own name nobody resolves: it talks to itself. */
  static void requireHost(SparkConf conf) {
    try {
      InetAddress.getLocalHost();
    } catch (UnknownHostException e) {
      if (System.getenv("SPARK_LOCAL_IP") == null && conf.get("spark.master").startsWith("local")) {
        conf.setIfMissing("spark.driver.host", LOOPBACK);
        conf.setIfMissing("spark.driver.bindAddress", LOOPBACK);
        Utils.setCustomHostname(LOOPBACK);
      }
    }
  }

  /**
   * Gives a process whose user id is in no passwd file a name: Hadoop asks the JDK for it, which
   * has none and fails. Under Hadoop's simple security the name is whatever a process says.
   */
  static void requireUser() throws IOException {
    try {
      UserGroupInformation.getLoginUser();
    } catch (IOException e) {
      if (UserGroupInformation.isSecurityEnabled()) {
        throw e;
      }
      UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(userName()));
    }
  }

  /** The user's name: what the environment says, else the number. */
  static String userName() throws IOException {
    for (String variable : new String[] {"HADOOP_USER_NAME", "SPARK_USER"}) {
      String name = System.getenv(variable);
      if (name != null && !name.isEmpty()) {
        return name;
      }
    }
    String name = System.getProperty("user.name", "?");
    return name.equals("?") // what the JDK has instead of none
        ? Files.getAttribute(Path.of("/proc/self"), "unix:uid").toString()
        : name;
  }

  /**
   * Refuses words that the JVM could not read when the process began.
   *
   * @throws dev.foresight.InputException if one is not in the charset of the locale
   */
  static void requireReadable(String... args) {
    for (String word : args) {
      NativeNames.requireSpelled("'" + word + "'", word);
    }
  }
}
