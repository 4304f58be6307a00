package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same bytes for any number of executors, also in processes of their own. */
class SameBytesTest {
  @TempDir private Path folder;

  private Path run(String name, String master) {
    Path store = folder.resolve(name + "-sketches");
    Path out = folder.resolve(name);
    Cli.Result calibrated = Cli.calibrate(master, store);
    assertThat(calibrated.exitCode()).as(calibrated.err()).isZero();
    Cli.Result quantized =
        Cli.run(
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
            out);
    assertThat(quantized.exitCode()).as(quantized.err()).isZero();
    return out;
  }

  /**
   * The rows of every table of a store, file by file: Parquet's footers list encodings in the order
   * of a hash set, which differs between processes.
   */
  private static Map<String, List<String>> rows(Path store) throws IOException {
    Map<String, List<String>> rows = new TreeMap<>();
    try (SparkSession session = SparkSession.builder().master("local[1]").getOrCreate()) {
      for (String file : Cli.hashes(store, ".parquet").keySet()) {
        rows.put(
            file, session.read().parquet(store.resolve(file).toString()).toJSON().collectAsList());
      }
    }
    assertThat(rows).hasSize(10); // sums and rows of 2 shards x 2 slices, sequences of 2 shards
    assertThat(rows.values()).noneMatch(List::isEmpty);
    return rows;
  }

  @Test
  void oneThreadTwoThreadsAndTwoProcessesWriteTheSame() throws IOException {
    System.setProperty("foresight.classpath", System.getProperty("java.class.path"));
    try {
      Path one = run("one", "local[1]");
      Path two = run("two", "local[2]");
      Path cluster = run("cluster", "local-cluster[2,1,1024]");
      for (Path other : new Path[] {two, cluster}) {
        assertThat(Cli.hashes(other, ".safetensors"))
            .hasSize(9)
            .isEqualTo(Cli.hashes(one, ".safetensors"));
        for (String file : new String[] {"config.json", "report.json"}) {
          assertThat(other.resolve(file)).hasSameBinaryContentAs(one.resolve(file));
        }
        Path sketches = other.resolveSibling(other.getFileName() + "-sketches");
        Path expected = one.resolveSibling("one-sketches");
        assertThat(sketches.resolve("manifest.json"))
            .hasSameBinaryContentAs(expected.resolve("manifest.json"));
        assertThat(rows(sketches)).isEqualTo(rows(expected));
      }
    } finally {
      System.clearProperty("foresight.classpath");
    }
  }
}
