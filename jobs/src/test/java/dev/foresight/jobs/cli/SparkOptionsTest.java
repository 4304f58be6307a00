package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.Cli;
import dev.foresight.jobs.Foresight;
import dev.foresight.jobs.SharedSpark;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands that are called by a program with a session of its own: a notebook, an application. */
class SparkOptionsTest {
  private static final String GROUP = "spark.jobGroup.id";
  private static final String DESCRIPTION = "spark.job.description";

  private final StringWriter errors = new StringWriter();

  @TempDir private Path folder;

  @BeforeEach
  @AfterEach
  void leaveNoSession() {
    SharedSpark.stop();
    assertThat(SparkEnv.get()).as("no context in this JVM").isNull();
  }

  private static SparkSession.Builder host() {
    return SparkSession.builder().master("local[1]").config("spark.ui.enabled", "false");
  }

  /** As a program calls it, not by way of {@link SharedSpark}. */
  private int calibrate(Object... options) throws Exception {
    String line = "{\"text\": \"%s\"}\n".formatted("A sentence. ".repeat(50));
    Path corpus = Files.writeString(folder.resolve("a.jsonl"), line);
    Object[] fixed = {
      "calibrate", "--model", Cli.TINY, "--corpus", corpus, "--sketches", folder.resolve("store")
    };
    Object[] size = {"--sequence-length", 8, "--sequences-per-shard", 1, "--rows", 0};
    String[] words =
        Stream.of(fixed, size, options)
            .flatMap(Stream::of)
            .map(Object::toString)
            .toArray(String[]::new);
    CommandLine command = Foresight.commandLine(words);
    command.setErr(new PrintWriter(errors, true));
    return command.execute(words);
  }

  @Test
  void sessionOfTheHostIsGivenBackAsItWas() throws Exception {
    try (SparkSession session = host().getOrCreate()) {
      SparkContext context = session.sparkContext();
      context.setJobGroup("mine", "What I do", true);
      String zone = session.conf().get(SparkRun.TIME_ZONE);
      assertThat(calibrate()).as(errors.toString()).isZero();
      assertThat(context.isStopped()).isFalse();
      assertThat(session.range(3).count()).isEqualTo(3);
      assertThat(context.getLocalProperty(GROUP)).isEqualTo("mine");
      assertThat(context.getLocalProperty(DESCRIPTION)).isEqualTo("What I do");
      assertThat(context.getLocalProperty("spark.job.interruptOnCancel")).isEqualTo("true");
      assertThat(session.conf().getAll().contains(SparkRun.TIME_ZONE)).isFalse();
      assertThat(session.conf().get(SparkRun.TIME_ZONE)).isEqualTo(zone);
    }
  }

  @Test
  void commandThatIsRefusedLeavesTheHostsSessionToo() throws Exception {
    try (SparkSession session = host().config(SparkRun.TIME_ZONE, "Asia/Tokyo").getOrCreate()) {
      assertThat(calibrate("--text-column", "body")).isEqualTo(3);
      assertThat(session.sparkContext().isStopped()).isFalse();
      assertThat(session.sparkContext().getLocalProperty(GROUP)).isNull();
      assertThat(session.sparkContext().getLocalProperty(DESCRIPTION)).isNull();
      assertThat(session.conf().get(SparkRun.TIME_ZONE)).isEqualTo("Asia/Tokyo");
    }
  }

  @Test
  void contextWithoutASessionStaysToo() throws Exception {
    SparkConf conf = new SparkConf().setMaster("local[1]").setAppName("host");
    SparkContext context = new SparkContext(conf.set("spark.ui.enabled", "false"));
    try {
      assertThat(calibrate()).as(errors.toString()).isZero();
      assertThat(context.isStopped()).isFalse();
    } finally {
      context.stop();
    }
  }

  @Test
  void anotherMasterThanTheHostsIsRefused() throws Exception {
    try (SparkSession session = host().getOrCreate()) {
      assertThat(calibrate("--master", "local[2]")).isEqualTo(3);
      assertThat(errors.toString())
          .contains("--master local[2] can't be had", "runs on local[1]", "Leave --master out");
      assertThat(session.sparkContext().isStopped()).isFalse();
    }
    assertThat(folder.resolve("store")).doesNotExist();
  }

  @Test
  void sessionThatACommandOpensEndsWithIt() throws Exception {
    assertThat(calibrate("--master", "local[1]")).as(errors.toString()).isZero();
    assertThat(folder.resolve("store/_SUCCESS")).exists();
    assertThat(SparkEnv.get()).isNull();
  }
}
