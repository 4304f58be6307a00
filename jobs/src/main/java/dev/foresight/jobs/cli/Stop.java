package dev.foresight.jobs.cli;

import java.util.Set;
import org.apache.hadoop.service.launcher.IrqHandler;

/**
 * Ctrl-C and the like: one line, then the end. Spark's own handling lets the command fail beside
 * it, and traces of all that its end broke would follow.
 */
public final class Stop {
  /** What shells say of a command that Ctrl-C ended. */
  static final int EXIT_CODE = 130;

  private static final int TERMINATED = 143;
  private static final String HANGUP = "HUP";
  private static final Set<String> GOING_ON = Set.of("calibrate", "quantize", "study", "presearch");

  private static volatile boolean requested;

  private Stop() {}

  /** Whether the user has ended the command. */
  static boolean requested() {
    return requested;
  }

  /** Listens from now on. A signal that is ignored, as by nohup, stays so. */
  public static void listen(String... args) {
    for (String signal : new String[] {IrqHandler.CONTROL_C, IrqHandler.SIGTERM, HANGUP}) {
      try {
        new IrqHandler(signal, event -> stop(event.getName(), args)).bind();
      } catch (IllegalArgumentException e) { // this system or JVM option (-Xrs) keeps it
        continue;
      }
    }
  }

  private static void stop(String signal, String... args) {
    if (requested) { // a second Ctrl-C does not wait for Spark
      Runtime.getRuntime().halt(EXIT_CODE);
    }
    requested = true;
    Logs.off();
    System.err.println("foresight: " + message(args));
    System.exit(signal.equals(IrqHandler.SIGTERM) ? TERMINATED : EXIT_CODE);
  }

  /** What the user should know: whether the work so far was in vain. */
  static String message(String... args) {
    String command = args.length == 0 ? "" : args[0];
    if (!GOING_ON.contains(command)) {
      return "stopped; nothing half-written counts: run the same command again.";
    }
    for (String word : args) {
      if (word.equals("--overwrite")) {
        return "stopped; run the same command again, without --overwrite: it goes on where it stopped.";
      }
    }
    return "stopped; run the same command again: it goes on where it stopped.";
  }
}
