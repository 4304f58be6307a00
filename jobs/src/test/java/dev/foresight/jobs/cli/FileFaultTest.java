package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the system says of a file, word by word; reasons are those of glibc's strerror. */
class FileFaultTest {
  @TempDir private Path folder;

  /** Causes as a failure lists them, the first one first. */
  private static Optional<Failure> of(Throwable... causes) {
    return FileFault.of(causes[0], List.of(causes));
  }

  private static void assertSaid(Throwable cause, int exitCode, String message) {
    assertThat(of(cause)).contains(new Failure(message, exitCode));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Read-only file system | 3 | name a place that can be written, or mount it for writing",
        "Not a directory | 3 | name a folder there",
        "Is a directory | 3 | name a file there",
        "File name too long | 3 | choose a shorter name or a higher folder",
        "Too many levels of symbolic links | 3 | mend the link",
        "No such file or directory | 3 | check the path, and that nobody removes it while the command runs",
        "No space left on device | 1 | make room there (df shows it) or name another place, then run the same command again",
        "Disk quota exceeded | 1 | make room within the quota or name another place, then run the same command again",
        "File too large | 1 | raise the limit (ulimit -f) or name another place",
        "Too many open files | 1 | raise the limit (ulimit -n) and run again",
        "Input/output error | 1 | the disk or its server fails: see its logs",
        "Stale file handle | 1 | the disk or its server fails: see its logs",
        "Transport endpoint is not connected | 1 | the disk or its server fails: see its logs"
      })
  void reasonOfTheSystemBringsWhatHelps(String reason, int exitCode, String mend) {
    assertSaid(
        new FileSystemException("/o/w", null, reason),
        exitCode,
        "/o/w: %s: %s.".formatted(reason, mend));
  }

  @Test
  void rightsAreAskedForByTheNameOfTheUser() throws IOException {
    String mend =
        "give the user %s the right to read inputs and to write outputs there, or name another place."
            .formatted(Machine.userName());
    assertSaid(new AccessDeniedException("/o"), 3, "/o: Permission denied: " + mend);
    assertSaid(
        new FileSystemException("/o", null, "Operation not permitted"),
        3,
        "/o: Operation not permitted: " + mend);
  }

  @Test
  void typeSpeaksWhereTheMessageDoesNot() {
    assertSaid(new NotDirectoryException("/o/a"), 3, "/o/a: Not a directory: name a folder there.");
    assertSaid(
        new FileNotFoundException("hdfs:/c/t.jsonl"),
        3,
        "hdfs:/c/t.jsonl: No such file or directory: check the path, and that nobody removes it while the command runs.");
  }

  /** java.io says "file not found" of whatever it can't open, with the reason in brackets. */
  @Test
  void reasonInTheMessageIsBelievedMoreThanTheType() {
    assertSaid(
        new FileNotFoundException("/o/w (Is a directory)"),
        3,
        "/o/w (Is a directory): name a file there.");
    assertSaid(
        new FileNotFoundException("/o/w (Too many open files)"),
        1,
        "/o/w (Too many open files): raise the limit (ulimit -n) and run again.");
  }

  @Test
  void fileIsNamedByWhicheverCauseKnowsIt() {
    assertThat(
            of(
                new IOException("No space left on device"),
                new IOException("flush failed"),
                new FileSystemException("/o/part", null, "No space left on device")))
        .map(Failure::message)
        .hasValueSatisfying(
            message -> assertThat(message).startsWith("/o/part: No space left on device: "));
  }

  @Test
  void messageThatSaysMostStandsWhereNoCauseNamesAFile() {
    assertThat(
            of(
                new IOException("Disk quota exceeded"),
                new IOException("writing sums/a.parquet: Disk quota exceeded"),
                new SparkException(
                    "Job aborted due to stage failure: Task 0 lost: Disk quota exceeded, on host h")))
        .map(Failure::message)
        .hasValueSatisfying(
            message ->
                assertThat(message).startsWith("writing sums/a.parquet: Disk quota exceeded: "));
  }

  @Test
  void whatTheStoreSaidAlreadyIsNotSaidTwice() {
    String said =
        "sums/a of the store s can't be written: No space left on device. Mend that and run the same command again: finished slices are kept";
    assertThat(of(new IOException("No space left on device"), new IOException(said)))
        .contains(new Failure(said + ".", 1));
  }

  @Test
  void whatIsNotOfFilesIsLeftToOthers() {
    assertThat(of(new IllegalStateException("No space left on device"))).isEmpty();
    assertThat(of(new IOException("the peer went away"))).isEmpty();
    assertThat(of(new IOException((String) null))).isEmpty();
    assertThat(of(new UncheckedIOException("x", new IOException("File too large")))).isEmpty();
  }

  /** What this machine itself says, whatever its Java makes of it. */
  @Test
  void faultsOfARealDiskAreKnown() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    List<Path> wrong = new ArrayList<>();
    wrong.add(file.resolve("below"));
    wrong.add(folder.resolve("x".repeat(300)));
    wrong.add(folder.resolve("missing"));
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    wrong.add(loop);
    for (Path path : wrong) {
      assertThatThrownBy(() -> FileChannel.open(path))
          .as(path.toString())
          .satisfies(
              thrown ->
                  assertThat(of(thrown))
                      .hasValueSatisfying(
                          failure -> {
                            assertThat(failure.exitCode()).isEqualTo(3);
                            assertThat(failure.message()).startsWith(path + ": ").endsWith(".");
                          }));
    }
  }
}
