package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Turns what a command threw into one message and an exit code. */
public final class ErrorHandler implements IExecutionExceptionHandler {
  static final int FAILED = 1;
  public static final int REFUSED = 3;

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    Optional<InputException> refused = refusal(e);
    if (refused.isPresent()) {
      command.getErr().println("foresight: " + refused.get().getMessage());
      return REFUSED;
    }
    e.printStackTrace(command.getErr());
    return FAILED;
  }

  /** The refusal among the causes: Spark wraps what a task threw. */
  public static Optional<InputException> refusal(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof InputException input) {
        return Optional.of(input);
      }
    }
    return Optional.empty();
  }
}
