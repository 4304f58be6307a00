package dev.foresight.jobs.cli;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.filter.AbstractFilter;

/**
 * Keeps Spark's account of a failure out of the console: the command's own message says it, once.
 * Warnings of what goes on all the same, as a task that is tried again, stay. Whoever logs by
 * something else than Log4j has it as it is.
 */
public final class Logs {
  /** Puts whole traces and all lines of a message into conf/log4j2.properties' console. */
  private static final String TRACES = "foresight.log.traces";

  private static final String CUT = "foresight.log.cut";

  private static boolean verbose;

  private Logs() {}

  /** To be called before anything is logged. */
  public static void prepare(boolean wantsTraces) {
    verbose = wantsTraces;
    if (verbose) {
      System.setProperty(TRACES, "full");
      System.setProperty(CUT, "(?!)"); // matches nothing
    }
  }

  /** Leaves accounts of the command's failure out from now on, unless the user wants to see all. */
  static void quiet(String master) {
    if (!verbose && LogManager.getContext(false) instanceof LoggerContext context) {
      var root = context.getConfiguration().getRootLogger();
      if (!(root.getFilter() instanceof Accounts)) {
        root.addFilter(new Accounts(tasksAreFinal(master)));
        context.updateLoggers();
      }
    }
  }

  /** Whether the first failure of a task is the command's: local masters try once. */
  private static boolean tasksAreFinal(String master) {
    return Pattern.matches("local(\\[[^,]*])?", master);
  }

  /** Says nothing more. */
  static void off() {
    if (LogManager.getContext(false) instanceof LoggerContext) {
      Configurator.setAllLevels(LogManager.ROOT_LOGGER_NAME, Level.OFF);
    }
  }

  /** Denies what the last message repeats. */
  static final class Accounts extends AbstractFilter {
    private static final List<String> OF_TASKS = List.of("Lost task ", "Exception in task ");
    private static final List<String> OF_COMMANDS =
        List.of(
            "aborting job",
            "Aborting job",
            "Aborting task",
            "Error initializing SparkContext",
            "Stopping a MetricsSystem that is not running");

    private final boolean tasksAreFinal;

    Accounts(boolean tasksAreFinal) {
      this.tasksAreFinal = tasksAreFinal;
    }

    @Override
    public Result filter(LogEvent event) {
      if (!event.getLoggerName().startsWith("org.apache.spark.")) {
        return Result.NEUTRAL;
      }
      String text = event.getMessage().getFormattedMessage();
      boolean task = OF_TASKS.stream().anyMatch(text::contains);
      boolean denied =
          OF_COMMANDS.stream().anyMatch(text::contains)
              || task && (tasksAreFinal || text.contains("InputException"));
      return denied ? Result.DENY : Result.NEUTRAL;
    }
  }
}
