package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into one message and an exit code. */
public final class ErrorHandler implements IExecutionExceptionHandler {
  private final boolean verbose;

  /**
   * @param verbose whether a trace follows the message
   */
  public ErrorHandler(boolean verbose) {
    this.verbose = verbose;
  }

  @Override
  public int handleExecutionException(Exception thrown, CommandLine command, ParseResult parsed) {
    if (Stop.requested()) { // which has said so; what its end broke is no news
      return Stop.EXIT_CODE;
    }
    Failure failure = Failure.of(thrown);
    command.getErr().println("foresight: " + failure.message());
    if (verbose) {
      thrown.printStackTrace(command.getErr());
    }
    command.getErr().flush();
    return failure.exitCode();
  }

  /** The refusal that a failure comes down to, if it is one: what was begun is then taken back. */
  public static Optional<InputException> refusal(Throwable thrown) {
    Failure failure = Failure.of(thrown);
    return failure.exitCode() == Failure.REFUSED
        ? Optional.of(new InputException(failure.message(), thrown))
        : Optional.empty();
  }
}
