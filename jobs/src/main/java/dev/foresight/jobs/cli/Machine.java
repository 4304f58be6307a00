package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.NativeNames;
import dev.foresight.Words;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.util.Utils;

/** What containers lack and Spark takes for granted: a name of the user and of the host. */
public final class Machine {
  private static final String LOOPBACK = "127.0.0.1";

  private static final String CLUSTER = "local-cluster";

  private Machine() {}

  private static boolean isSet(String variable) {
    String value = System.getenv(variable);
    return value != null && !value.isEmpty();
  }

  /** The host's name for reports; one that nobody resolves is still a name. */
  public static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return isSet("HOSTNAME") ? System.getenv("HOSTNAME") : "localhost";
    }
  }

  /**
   * Lets Spark start on one machine whose own name nobody resolves: it talks to itself. To be
   * called before Spark's settings are touched, which ask for the name.
   *
   * @throws InputException if executors elsewhere would have to find it
   */
  static void requireHost(String master) {
    try {
      InetAddress.getLocalHost();
    } catch (UnknownHostException e) {
      if (isSet("SPARK_LOCAL_IP") || isSet("SPARK_LOCAL_HOSTNAME")) {
        return;
      }
      if (!master.startsWith("local")) {
        throw new InputException(
            Words.format(
                "This machine's name %s has no address, so that executors can't reach it: set SPARK_LOCAL_IP to the address that they see, or add the name to /etc/hosts.",
                hostName()),
            e);
      }
      Utils.setCustomHostname(LOOPBACK);
    }
  }

  /**
   * Gives a process whose user id is in no passwd file a name: Hadoop asks the JDK for it, which
   * has none and fails. Under Hadoop's simple security the name is whatever a process says.
   *
   * @throws InputException if processes that Spark starts for this user would fail in the same way
   */
  static void requireUser(String master) throws IOException {
    try {
      UserGroupInformation.getLoginUser();
    } catch (IOException e) {
      if (UserGroupInformation.isSecurityEnabled() || master.startsWith(CLUSTER)) {
        throw new InputException(
            Words.format(
                "The user id of this process, %s, has no name, which Kerberos and the executors of --master %s need: add an entry to /etc/passwd, or use --master 'local[*]'.",
                userName(), master),
            e);
      }
      UserGroupInformation.setLoginUser(UserGroupInformation.createRemoteUser(userName()));
    }
  }

  /**
   * Proves that the workers of local-cluster can keep their files: Spark has no other place.
   *
   * @throws InputException if they can't
   */
  static void requireWorkFolder(String master) {
    String home = System.getenv("SPARK_HOME");
    if (!master.startsWith(CLUSTER) || home == null) {
      return;
    }
    Path work = Path.of(home, "work");
    if (!Files.isWritable(Files.exists(work) ? work : work.getParent())) {
      throw new InputException(
          Words.format(
              "%s can't be written, where the executors of --master %s keep their files: set SPARK_HOME to a Spark of your own, or use --master 'local[*]'.",
              work, master));
    }
  }

  /** The user's name: what the environment says, else the number. */
  static String userName() throws IOException {
    for (String variable : new String[] {"HADOOP_USER_NAME", "SPARK_USER"}) {
      if (isSet(variable)) {
        return System.getenv(variable);
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
   * @throws InputException if one is not in the charset of the locale
   */
  public static void requireReadable(String... args) {
    for (String word : args) {
      NativeNames.requireSpelled("'" + word + "'", word);
    }
  }
}
