package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.Filter.Result;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.logging.log4j.message.SimpleMessage;
import org.junit.jupiter.api.Test;

class LogsTest {
  private static final String TASKS = "org.apache.spark.scheduler.TaskSetManager";
  private static final String LOST = "Lost task 0.0 in stage 1.0 (TID 1) (h executor 3): ";
  private static final String TRACE = "dev.foresight.InputException: no.\n\tat a.b(C.java:1)";

  private static Log4jLogEvent event(String logger, String text) {
    return Log4jLogEvent.newBuilder()
        .setLoggerName(logger)
        .setLevel(Level.WARN)
        .setMessage(new SimpleMessage(text))
        .setThrown(new IllegalStateException("trace"))
        .build();
  }

  private static Result filtered(boolean local, String logger, String text) {
    return new Logs.Accounts(local).filter(event(logger, text));
  }

  @Test
  void whatTheLastMessageRepeatsIsLeftOut() {
    assertThat(filtered(true, TASKS, LOST + "java.io.IOException: x")).isEqualTo(Result.DENY);
    assertThat(filtered(false, TASKS, LOST + TRACE)).isEqualTo(Result.DENY);
    assertThat(filtered(false, TASKS, "Task 0 in stage 1.0 failed 4 times; aborting job"))
        .isEqualTo(Result.DENY);
    assertThat(filtered(true, "org.apache.spark.executor.Executor", "Exception in task 0.0"))
        .isEqualTo(Result.DENY);
  }

  @Test
  void warningsOfWhatGoesOnStay() {
    assertThat(filtered(false, TASKS, LOST + "java.io.IOException: x")).isEqualTo(Result.NEUTRAL);
    assertThat(filtered(true, TASKS, "Stage 5 contains a task of very large size (9000 KiB)"))
        .isEqualTo(Result.NEUTRAL);
    assertThat(filtered(true, "dev.foresight.X", LOST)).isEqualTo(Result.NEUTRAL);
  }

  @Test
  void consoleShowsTheFirstLineOfAMessageAndNoTraceUnlessVerbose() throws Exception {
    assertThat(line("none", "(?s)\\R.*"))
        .endsWith(" WARN TaskSetManager: " + LOST + TRACE.lines().findFirst().orElseThrow() + "\n");
    assertThat(line("full", "(?!)")).contains("at a.b(C.java:1)", "IllegalStateException: trace");
  }

  /** As conf/log4j2.properties lays an event out. */
  private static String line(String traces, String cut) throws Exception {
    Properties conf = new Properties();
    try (var in = Files.newBufferedReader(Path.of("../conf/log4j2.properties"))) {
      conf.load(in);
    }
    assertThat(conf.getProperty("property.traces")).endsWith(":-none}");
    assertThat(conf.getProperty("property.cut")).endsWith(":-(?s)\\R.*}");
    String pattern =
        conf.getProperty("appender.console.layout.pattern")
            .replace("${traces}", traces)
            .replace("${cut}", cut);
    return PatternLayout.newBuilder()
        .withPattern(pattern)
        .withConfiguration(new DefaultConfiguration())
        .build()
        .toSerializable(event(TASKS, LOST + TRACE));
  }
}
