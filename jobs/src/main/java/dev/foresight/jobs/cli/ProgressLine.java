package dev.foresight.jobs.cli;

import dev.foresight.Words;
import dev.foresight.spark.calibrate.CalibrationCounters;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how far a calibration is: on a terminal one line that is written over every second,
 * otherwise a log line with key=value pairs every half minute.
 */
public final class ProgressLine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressLine.class);
  private static final Duration ON_TERMINAL = Duration.ofSeconds(1);
  private static final Duration IN_LOG = Duration.ofSeconds(30);

  private final CalibrationCounters counters;
  private final long total;
  private final boolean terminal;
  private final long started = System.nanoTime();
  private final Thread thread = new Thread(this::report, "foresight-progress");

  private ProgressLine(CalibrationCounters counters, long total, boolean terminal) {
    this.counters = counters;
    this.total = total;
    this.terminal = terminal;
    thread.setDaemon(true);
  }

  /**
   * @param total tokens that will be counted
   */
  public static ProgressLine start(CalibrationCounters counters, long total) {
    ProgressLine line = new ProgressLine(counters, total, isTerminal());
    line.thread.start();
    return line;
  }

  /** From Java 22 on there is a console also where input and output are no terminal. */
  private static boolean isTerminal() {
    var console = System.console();
    if (console == null || Runtime.version().feature() < 22) {
      return console != null;
    }
    try {
      return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private void report() {
    try {
      while (true) {
        Thread.sleep((terminal ? ON_TERMINAL : IN_LOG).toMillis());
        long tokens = counters.tokens().value();
        double seconds = (System.nanoTime() - started) / 1e9;
        if (terminal) {
          System.err.print("\r" + line(tokens, total, seconds) + "\033[K");
        } else {
          LOG.info("{}", record(tokens, seconds));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  private String record(long tokens, double seconds) {
    return String.format(
        Locale.ROOT,
        "calibrate tokens=%d total=%d tokens_per_second=%.0f eta_seconds=%d not_finite=%d",
        tokens,
        total,
        tokens / seconds,
        etaSeconds(tokens, total, seconds),
        counters.notFinite().value());
  }

  /** What the terminal shows. */
  static String line(long tokens, long total, double seconds) {
    long eta = etaSeconds(tokens, total, seconds);
    return String.format(
        Locale.ROOT,
        "%3d %%  %,d of %,d tokens, %.0f tokens/s, %s left",
        100 * tokens / total,
        tokens,
        total,
        tokens / seconds,
        eta < 0 ? "?" : Words.format("%d:%02d:%02d", eta / 3600, eta / 60 % 60, eta % 60));
  }

  /** Seconds until all is done at the pace so far, -1 where there is none yet. */
  static long etaSeconds(long tokens, long total, double seconds) {
    return tokens == 0 ? -1 : Math.round(seconds * (total - tokens) / tokens);
  }

  @Override
  public void close() {
    thread.interrupt();
    if (terminal) {
      System.err.print("\r\033[K");
    }
  }
}
