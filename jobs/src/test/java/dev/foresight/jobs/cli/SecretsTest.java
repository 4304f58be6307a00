package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.Cli;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that jobs are given by Spark's and Hadoop's settings, looked for in all that they leave. */
class SecretsTest {
  private static final String PLANTED = "planted-4f1c-never-to-be-seen";
  private static final List<String> SETTINGS =
      List.of(
          "spark.hadoop.fs.s3a.secret.key",
          "spark.hadoop.fs.s3a.session.token",
          "spark.hadoop.fs.azure.account.key.a.dfs.core.windows.net",
          "spark.ssl.keyPassword");

  private final Lines lines = new Lines();

  @TempDir private Path folder;

  /** Everything that is logged, from INFO on. */
  private static final class Lines extends AbstractAppender {
    private final StringBuffer text = new StringBuffer();

    Lines() {
      super("lines", null, null, true, Property.EMPTY_ARRAY);
    }

    @Override
    public void append(LogEvent event) {
      text.append(event.getMessage().getFormattedMessage()).append(event.getThrown()).append('\n');
    }
  }

  @BeforeEach
  void plant() {
    SETTINGS.forEach(setting -> System.setProperty(setting, PLANTED));
    lines.start();
    Configurator.setAllLevels("", Level.INFO); // Spark says much more than conf/log4j2 lets through
    Logger root = (Logger) LogManager.getRootLogger();
    root.get().addAppender(lines, Level.INFO, null);
  }

  @AfterEach
  void clear() {
    SETTINGS.forEach(System::clearProperty);
    ((Logger) LogManager.getRootLogger()).get().removeAppender("lines");
    Configurator.reconfigure();
  }

  @Test
  void keyIsNeitherWrittenNorLoggedNorSaid() throws IOException {
    Path store = folder.resolve("store");
    Path out = folder.resolve("out");
    List<Cli.Result> results =
        List.of(
            Cli.calibrate("local[2]", store),
            Cli.run(
                "quantize",
                "--master",
                "local[2]",
                "--model",
                Cli.TINY,
                "--sketches",
                store,
                "--out",
                out,
                "--bits",
                4,
                "--group",
                32),
            Cli.run("sketches", "list", store),
            Cli.run("inspect", "--model", out));
    for (Cli.Result result : results) {
      assertThat(result.out() + result.err()).doesNotContain(PLANTED);
    }
    assertThat(results.subList(0, 2)).allMatch(result -> result.exitCode() == 0);
    assertThat(lines.text.toString()).isNotEmpty().doesNotContain(PLANTED);
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(PLANTED);
      }
    }
  }

  @Test
  void environmentIsNotWritten() throws IOException {
    String home = System.getenv().getOrDefault("PATH", "no path");
    Path store = folder.resolve("store");
    assertThat(Cli.calibrate("local[2]", store).exitCode()).isZero();
    assertThat(Files.readString(store.resolve("run.json"))).doesNotContain(home);
    assertThat(Files.readString(store.resolve("report.json"))).doesNotContain(home);
  }

  @Test
  void keyInALocationIsRefusedWithoutBeingSaid() {
    Cli.Result result =
        Cli.run("sketches", "list", "s3a://ACCESS:%s@bucket/store".formatted(PLANTED));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err())
        .contains("A location of scheme s3a has a key in it (USER:KEY@…)")
        .doesNotContain(PLANTED);
  }
}
