package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;

/** What an operating system says of files, in the words of its C library, and what helps. */
enum FileFault {
  DENIED(
      "Permission denied",
      Failure.REFUSED,
      "give the user USER the right to read inputs and to write outputs there, or name another place"),
  NOT_PERMITTED("Operation not permitted", Failure.REFUSED, DENIED.mend),
  READ_ONLY(
      "Read-only file system",
      Failure.REFUSED,
      "name a place that can be written, or mount it for writing"),
  MISSING(
      "No such file or directory",
      Failure.REFUSED,
      "check the path, and that nobody removes it while the command runs"),
  NO_FOLDER("Not a directory", Failure.REFUSED, "name a folder there"),
  NO_FILE("Is a directory", Failure.REFUSED, "name a file there"),
  LONG_NAME("File name too long", Failure.REFUSED, "choose a shorter name or a higher folder"),
  LINKS("Too many levels of symbolic links", Failure.REFUSED, "mend the link"),
  FULL(
      "No space left on device",
      Failure.FAILED,
      "make room there (df shows it) or name another place, then run the same command again"),
  QUOTA(
      "Disk quota exceeded",
      Failure.FAILED,
      "make room within the quota or name another place, then run the same command again"),
  LARGE("File too large", Failure.FAILED, "raise the limit (ulimit -f) or name another place"),
  HANDLES("Too many open files", Failure.FAILED, "raise the limit (ulimit -n) and run again"),
  DEVICE("Input/output error", Failure.FAILED, "the disk or its server fails: see its logs"),
  STALE("Stale file handle", Failure.FAILED, DEVICE.mend),
  UNMOUNTED("Transport endpoint is not connected", Failure.FAILED, DEVICE.mend);

  private static final String USER = "USER";

  /** What stores say themselves, who know what the next run makes of it. */
  private static final String ALREADY_SAID = "Mend that and run the same command again";

  private final String reason;
  private final int exitCode;
  private final String mend;

  FileFault(String reason, int exitCode, String mend) {
    this.reason = reason;
    this.exitCode = exitCode;
    this.mend = mend;
  }

  /**
   * What is wrong with a file, if that is what a cause says.
   *
   * @param causes all of them, the first one first, for the file where the cause has none
   */
  static Optional<Failure> of(Throwable cause, List<Throwable> causes) {
    if (!(cause instanceof IOException || cause instanceof UncheckedIOException)) {
      return Optional.empty();
    }
    return fault(cause).map(fault -> fault.failure(causes));
  }

  private static Optional<FileFault> fault(Throwable cause) {
    if (cause instanceof AccessDeniedException || cause instanceof AccessControlException) {
      return Optional.of(DENIED);
    }
    if (cause instanceof NoSuchFileException) {
      return Optional.of(MISSING);
    }
    if (cause instanceof NotDirectoryException) {
      return Optional.of(NO_FOLDER);
    }
    String message = Objects.requireNonNullElse(cause.getMessage(), "");
    Optional<FileFault> said =
        Arrays.stream(values()).filter(fault -> message.contains(fault.reason)).findFirst();
    return cause instanceof FileNotFoundException ? said.or(() -> Optional.of(MISSING)) : said;
  }

  private Failure failure(List<Throwable> causes) {
    String how = mend.contains(USER) ? mend.replace(USER, user()) : mend;
    String where = where(causes);
    String line = where.contains(ALREADY_SAID) ? where + "." : where + ": " + how + ".";
    return new Failure(InputException.oneLine(line), exitCode);
  }

  /** The file, if one of the causes names it, else the longest message that gives this reason. */
  private String where(List<Throwable> causes) {
    for (Throwable cause : causes) {
      if (cause instanceof FileSystemException file && file.getFile() != null) {
        return file.getFile() + ": " + reason;
      }
    }
    return causes.stream()
        .filter(cause -> !(cause instanceof SparkException)) // repeats what the task said
        .map(Failure::text)
        .filter(text -> text.contains(reason))
        .reduce((a, b) -> b.length() > a.length() ? b : a)
        .orElseGet(() -> Failure.text(causes.get(0)) + ": " + reason);
  }

  private static String user() {
    try {
      return Machine.userName();
    } catch (IOException e) {
      return System.getProperty("user.name");
    }
  }
}
