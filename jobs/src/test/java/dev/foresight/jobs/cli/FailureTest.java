package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.foresight.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Known causes of failure: one line, what, where and how to mend it, and the exit code. */
class FailureTest {
  static Stream<Arguments> causes() {
    return Stream.of(
        arguments(new AccessDeniedException("/m/w"), 3, "/m/w: Permission denied: give the user"),
        arguments(new FileNotFoundException("/m/w (Permission denied)"), 3, "/m/w (Permission"),
        arguments(new AccessControlException("user=me, access=WRITE, inode=\"/a\""), 3, "user=me"),
        arguments(new FileSystemException("/o", null, "Read-only file system"), 3, "for writing"),
        arguments(new FileSystemException("/o", null, "File name too long"), 3, "shorter name"),
        arguments(new NoSuchFileException("/c/t.jsonl"), 3, "/c/t.jsonl: No such file"),
        arguments(new FileNotFoundException("File file:/c does not exist"), 3, "file:/c"),
        arguments(new IOException("No space left on device"), 1, "make room"),
        arguments(new FileSystemException("/o", null, "Disk quota exceeded"), 1, "quota"),
        arguments(new IOException("/x: Too many open files"), 1, "ulimit -n"),
        arguments(new IOException("Input/output error"), 1, "disk"),
        arguments(new UncheckedIOException(new IOException("Stale file handle")), 1, "its server"),
        arguments(new UnknownHostException("nowhere"), 1, "no host nowhere"),
        arguments(
            new ConnectException("Call to h:8020 failed: Connection refused; For more details see"),
            1,
            "(Call to h:8020 failed: Connection refused)"),
        arguments(new BindException("Cannot assign requested address"), 1, "SPARK_LOCAL_IP"),
        arguments(new UnsupportedFileSystemException("No FileSystem for scheme \"s4\""), 3, "s4"),
        arguments(new InvalidPathException("données", "unmappable"), 3, "LC_ALL=C.UTF-8"),
        arguments(
            new SparkException("Could not parse Master URL: 'lokal'"), 3, "'lokal': --master"),
        arguments(
            new IllegalStateException("Spark context stopped while waiting for backend"),
            1,
            "--master"),
        arguments(
            new SparkException(
                "Job aborted due to stage failure: ExecutorLostFailure (executor 1 exited)\n  at x"),
            1,
            "(ExecutorLostFailure (executor 1 exited))"),
        arguments(new OutOfMemoryError("Java heap space"), 1, "(Java heap space): give the JVM"),
        arguments(
            new UnsatisfiedLinkError("/t/x.so: failed to map segment"), 1, "noexec): set TMPDIR"),
        arguments(new NoSuchMethodError("org.apache.spark.X.y()"), 1, "Spark 4.2"));
  }

  @ParameterizedTest
  @MethodSource("causes")
  void knownCauseIsOneLineAndItsExitCodeHoweverItIsWrapped(
      Throwable cause, int exitCode, String part) {
    Throwable task =
        new SparkException("Job aborted due to stage failure: Task 0\n\tat a.b", cause);
    for (Throwable thrown : new Throwable[] {cause, task, new ExecutionException(task)}) {
      Failure failure = Failure.of(thrown);
      assertThat(failure.exitCode()).as(failure.message()).isEqualTo(exitCode);
      assertThat(failure.message()).contains(part).doesNotContain("\n", "at a.b", "none of the");
    }
  }

  @Test
  void refusalInATaskIsItsOwnMessage() {
    Throwable task =
        new SparkException("aborted", new InputException("t.jsonl:3: no JSON: mend it."));
    assertThat(Failure.of(task)).isEqualTo(new Failure("t.jsonl:3: no JSON: mend it.", 3));
  }

  @Test
  void fullDiskIsNamedByTheMessageThatSaysWhere() {
    IOException inner = new IOException("No space left on device");
    IOException outer =
        new IOException("sums/a of the store s can't be written: " + inner.getMessage(), inner);
    assertThat(Failure.of(outer).message()).startsWith("sums/a of the store s can't be written");
  }

  @Test
  void unknownCauseIsNamedInOneLineAndTheTraceIsForVerbose() {
    assertThat(thrown(new IllegalStateException("odd\nstate"), false))
        .hasLineCount(1)
        .startsWith("foresight: IllegalStateException: odd")
        .contains("--verbose");
    assertThat(thrown(new IllegalStateException("odd"), true)).contains("\tat ");
  }

  @Test
  void verboseShowsTheTraceOfARefusalToo() {
    assertThat(thrown(new InputException("no."), true))
        .startsWith("foresight: no.")
        .contains("\tat ");
    assertThat(thrown(new InputException("no."), false)).isEqualTo("foresight: no.\n");
  }

  private static String thrown(RuntimeException thrown, boolean verbose) {
    @Command
    final class Fails implements Runnable {
      @Override
      public void run() {
        throw thrown;
      }
    }
    StringWriter err = new StringWriter();
    new CommandLine(new Fails())
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler(new ErrorHandler(verbose))
        .execute();
    return err.toString();
  }
}
