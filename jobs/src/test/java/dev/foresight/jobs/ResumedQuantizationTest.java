package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResumedQuantizationTest {
  private static final String PAUSED = "model-00005-of-00009.safetensors"; // the fourth block of 8

  @TempDir private static Path folder;

  private static Object[] arguments(String out, Object... more) {
    return Stream.concat(
            Stream.of(
                "quantize",
                "--master",
                "local[1]",
                "--model",
                Cli.TINY,
                "--sketches",
                DemoStore.path(),
                "--method",
                "faq",
                "--bits",
                3,
                "--out",
                out),
            Stream.of(more))
        .toArray();
  }

  /** All files but the run's own record and Parquet parts, whose names are random. */
  private static Map<String, String> written(Path out) throws IOException {
    Map<String, String> files = new TreeMap<>(Cli.hashes(out, ".safetensors"));
    files.putAll(Cli.hashes(out, ".svg"));
    for (String name : new String[] {"report.json", "README.md", "config.json"}) {
      files.put(name, Files.readString(out.resolve(name)));
    }
    return files;
  }

  @Test
  void killedRunGoesOnWhereItStoppedAndWritesTheSameBytes() throws Exception {
    Path undisturbed = folder.resolve("undisturbed");
    assertThat(Cli.run(arguments(undisturbed.toString())).exitCode()).isZero();

    Path out = folder.resolve("killed");
    Path marker = Files.createTempDirectory(folder, "marker").resolve("marker");
    StandingProcess.killed(PAUSED, marker, arguments(FaultyFileSystem.uri(out)));
    assertThat(out.resolve("_SUCCESS")).doesNotExist();

    Cli.Result other = Cli.run(arguments(out.toString(), "--steps", "range"));
    assertThat(other.exitCode()).as("another plan is no resumption").isEqualTo(3);
    assertThat(other.err()).contains("exists and is not empty");

    Cli.Result resumed = Cli.run(arguments(out.toString()));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Took over 3 blocks");
    assertThat(written(out)).isEqualTo(written(undisturbed));
    assertThat(out.resolve("_temporary")).doesNotExist();
  }

  @Test
  void cardHoldsWhatWasMeasuredAndPlotsShowEveryBlock() throws IOException {
    Path out = folder.resolve("card");
    assertThat(Cli.run(arguments(out.toString())).exitCode()).isZero();
    String card = Files.readString(out.resolve("README.md"));
    assertThat(card).contains("# foresight-tiny, 3 bits", "| faq | 3 | 128 | symmetric |");
    assertThat(card).contains("| code | 1.0 |", "| mlp_output | 8 |").doesNotContain("NaN");
    assertThat(card).doesNotContain(folder.toString());
    String plot = Files.readString(out.resolve("foresight/plots/block-7.svg"));
    assertThat(plot).contains("attention_output, 128 channels", "mlp_output, 384 channels");
  }
}
