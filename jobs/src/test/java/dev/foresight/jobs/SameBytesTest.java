package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.TimeZone;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same bytes for any number of executors, also in processes of their own, in any language and
 * time zone of the machine.
 */
class SameBytesTest {
  @TempDir private Path folder;

  private Path run(String name, String master) {
    Path store = folder.resolve(name + "-sketches");
    Path out = folder.resolve(name);
    Cli.Result calibrated = Cli.calibrate(master, store);
    assertThat(calibrated.exitCode()).as(calibrated.err()).isZero();
    quantize(master, store, out);
    quantize(master, store, folder.resolve(name + "-propagated"), "--propagate");
    return out;
  }

  private static void quantize(String master, Path store, Path out, Object... more) {
    Object[] common = {
      "quantize",
      "--master",
      master,
      "--model",
      Cli.TINY,
      "--sketches",
      store,
      "--bits",
      3,
      "--group",
      64,
      "--out",
      out
    };
    Cli.Result quantized = Cli.run(Stream.concat(Stream.of(common), Stream.of(more)).toArray());
    assertThat(quantized.exitCode()).as(quantized.err()).isZero();
  }

  /** Where Java writes %d in other digits, %,d and %f with other marks, and it is another day. */
  private Path runInPersian(String name, String master) {
    Locale language = Locale.getDefault();
    TimeZone zone = TimeZone.getDefault();
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Kiritimati"));
    try {
      assertThat("%d".formatted(1)).as("digits of this JVM").isEqualTo("۱");
      return run(name, master);
    } finally {
      Locale.setDefault(language);
      TimeZone.setDefault(zone);
    }
  }

  @Test
  void oneThreadTwoThreadsInPersianAndTwoProcessesWriteTheSame() throws IOException {
    Path one = run("one", "local[1]");
    Path two = runInPersian("two", "local[2]");
    Path cluster = runOnACluster();
    for (Path other : new Path[] {two, cluster}) {
      assertThat(Cli.hashes(other, ".safetensors"))
          .hasSize(9)
          .isEqualTo(Cli.hashes(one, ".safetensors"));
      assertThat(Cli.hashes(propagated(other), ".safetensors"))
          .hasSize(9)
          .isEqualTo(Cli.hashes(propagated(one), ".safetensors"));
      assertThat(Cli.hashes(other, ".svg")).isNotEmpty().isEqualTo(Cli.hashes(one, ".svg"));
      for (String file : new String[] {"config.json", "report.json", "README.md"}) {
        assertThat(other.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
      }
      Path sketches = other.resolveSibling(other.getFileName() + "-sketches");
      Path expected = one.resolveSibling("one-sketches");
      // sums, rows and tokens of 2 shards x 2 slices, sequences of 2 shards
      assertThat(Cli.hashes(sketches, ".parquet"))
          .hasSize(14)
          .isEqualTo(Cli.hashes(expected, ".parquet"));
      for (String file : new String[] {"manifest.json", "report.json"}) {
        assertThat(sketches.resolve(file)).hasSameBinaryContentAs(expected.resolve(file));
      }
      assertThat(Cli.hashes(sketches.resolve("commits"), ".json"))
          .hasSize(1)
          .isEqualTo(Cli.hashes(expected.resolve("commits"), ".json"));
    }
  }

  private static Path propagated(Path out) {
    return out.resolveSibling(out.getFileName() + "-propagated");
  }

  /**
   * One cluster for both commands: its executors are the dearest part of the test. They run as they
   * do for users, with the vector kernels that this JVM of the build does without.
   */
  private Path runOnACluster() throws IOException {
    String master = "local-cluster[2,1,1024]";
    SharedSpark.stop();
    try (SparkSession cluster =
        SparkSession.builder()
            .master(master)
            .config("spark.ui.enabled", "false")
            .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
            .getOrCreate()) {
      Path out = run("cluster", master);
      assertThat(cluster.sparkContext().getExecutorMemoryStatus().size())
          .as("driver and two executors")
          .isEqualTo(3);
      return out;
    }
  }
}
