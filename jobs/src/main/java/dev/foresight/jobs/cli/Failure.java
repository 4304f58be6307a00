package dev.foresight.jobs.cli;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Why a command ended early, as its user is told.
 *
 * @param message one line: what, where, and how to mend it
 * @param exitCode refused where the user can mend it and trying again is no use, else failed
 */
public record Failure(String message, int exitCode) {
  static final int FAILED = 1;
  public static final int REFUSED = 3;

  /** Says what is known of a failure. Spark and others wrap what a task threw. */
  static Failure of(Throwable thrown) {
    List<Throwable> causes = causes(thrown);
    Optional<Failure> refused =
        causes.stream()
            .filter(InputException.class::isInstance)
            .map(input -> new Failure(input.getMessage(), REFUSED))
            .findFirst();
    Collections.reverse(causes);
    return refused
        .or(() -> causes.stream().flatMap(cause -> known(cause, causes).stream()).findFirst())
        .orElseGet(() -> unknown(causes));
  }

  /** From the outermost to the first. */
  private static List<Throwable> causes(Throwable thrown) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = thrown; t != null && !causes.contains(t); t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  private static Optional<Failure> known(Throwable cause, List<Throwable> causes) {
    return connection(cause, causes)
        .or(() -> byType(cause))
        .or(() -> FileFault.of(cause, causes))
        .or(() -> byMessage(cause));
  }

  private static Optional<Failure> byType(Throwable cause) {
    String text = text(cause);
    if (cause instanceof OutOfMemoryError) {
      return failed(
          "No memory is left (%s): give the JVM more (FORESIGHT_JAVA_OPTS=-Xmx8g, or spark.driver.memory and spark.executor.memory), or run fewer tasks at once, as by --master 'local[1]'.",
          text);
    }
    if (cause instanceof UnsatisfiedLinkError) {
      return failed(
          "Native code can't be loaded (%s): it is unpacked into %s, where programs must be allowed to run (mount without noexec): set TMPDIR to another folder.",
          text, System.getProperty("java.io.tmpdir"));
    }
    if (cause instanceof LinkageError) {
      return failed(
          "The classes of this Spark don't fit (%s: %s): use Spark 4.2 for Scala 2.13, by SPARK_HOME or spark-submit.",
          cause.getClass().getSimpleName(), text);
    }
    if (cause instanceof UnknownHostException) {
      return failed(
          "There is no host %s: check its name in --master or the location, and the machine's DNS or /etc/hosts.",
          text);
    }
    if (cause instanceof BindException) {
      return failed(
          "Spark can't listen on an address of this machine (%s): set SPARK_LOCAL_IP to one that it has, 127.0.0.1 for local masters.",
          text);
    }
    if (cause instanceof UnsupportedFileSystemException) {
      return refused(
          "%s: check the location's spelling, or add the jar that knows it (s3a: hadoop-aws).",
          text);
    }
    if (cause instanceof InvalidPathException path) {
      return refused(
          "'%s' can't be spelled in this process: set LC_ALL=C.UTF-8 (for executors: spark.executorEnv.LC_ALL) and run again.",
          path.getInput());
    }
    return Optional.empty();
  }

  /** Hadoop wraps what the system says, and adds from where to where. */
  private static Optional<Failure> connection(Throwable cause, List<Throwable> causes) {
    if (!(cause instanceof ConnectException
        || cause instanceof NoRouteToHostException
        || cause instanceof SocketTimeoutException)) {
      return Optional.empty();
    }
    Throwable widest = cause;
    for (Throwable outer : causes) {
      widest = outer.getClass() == cause.getClass() ? outer : widest;
    }
    return failed(
        "No connection (%s): check that the service runs, and host and port in --master or the location.",
        text(widest).replaceFirst("; For more details.*", ""));
  }

  private static Optional<Failure> byMessage(Throwable cause) {
    String text = text(cause);
    if (text.contains("Master URL")) { // could not parse it
      return refused(
          "%s: --master takes local[N], local-cluster[N,CORES,MEGABYTES], spark://HOST:PORT, yarn or k8s://URL.",
          text);
    }
    if (text.contains("Spark context stopped while waiting")
        || text.contains("methods on a stopped SparkContext")
        || text.contains("SparkContext was shut down")) {
      return failed(
          "Spark's master or its executors went away, or can't be reached: check --master and its logs, then run the same command again.");
    }
    if (text.contains("ExecutorLostFailure")) {
      return failed(
          "Executors were lost (%s): see their logs; most often they need more spark.executor.memoryOverhead.",
          text.replaceFirst("(?s).*ExecutorLostFailure", "ExecutorLostFailure"));
    }
    return Optional.empty();
  }

  private static Failure unknown(List<Throwable> causes) {
    Throwable first = causes.get(0);
    return new Failure(
        InputException.oneLine(
            first.getClass().getSimpleName()
                + ": "
                + text(first)
                + ". That is none of the causes that Foresight knows: --verbose shows where it came from."),
        FAILED);
  }

  /** The first line of a message: Spark puts traces behind it. */
  static String text(Throwable thrown) {
    String message = Objects.requireNonNullElse(thrown.getMessage(), "no message");
    return message.lines().findFirst().orElse("no message").strip().replaceFirst("\\.$", "");
  }

  @FormatMethod
  private static Optional<Failure> failed(@FormatString String message, Object... arguments) {
    return Optional.of(new Failure(line(message, arguments), FAILED));
  }

  @FormatMethod
  private static Optional<Failure> refused(@FormatString String message, Object... arguments) {
    return Optional.of(new Failure(line(message, arguments), REFUSED));
  }

  @FormatMethod
  private static String line(@FormatString String message, Object... arguments) {
    return InputException.oneLine(Words.format(message, arguments));
  }
}
