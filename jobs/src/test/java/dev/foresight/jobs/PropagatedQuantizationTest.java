package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Block after block, each for what the quantized ones before it send. */
class PropagatedQuantizationTest {
  private static final String PAUSED = "model-00004-of-00009.safetensors"; // the third block of 8

  @TempDir private static Path folder;

  private static Object[] arguments(Object out, Object... more) {
    return Stream.concat(
            Stream.of(
                "quantize",
                "--master",
                "local[2]",
                "--model",
                Cli.TINY,
                "--sketches",
                DemoStore.path(),
                "--bits",
                3,
                "--group",
                64,
                "--out",
                out),
            Stream.of(more))
        .toArray();
  }

  @BeforeAll
  static void quantize() {
    Cli.Result result = Cli.run(arguments(undisturbed(), "--propagate"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("Propagated: each block is quantized for what those before");
  }

  private static Path undisturbed() {
    return folder.resolve("undisturbed");
  }

  @Test
  void folderSaysHowItWasMade() {
    assertThat(undisturbed().resolve("README.md")).content().contains("(`--propagate`)");
    assertThat(undisturbed().resolve("report.json")).content().contains("\"propagate\" : true");
  }

  @Test
  void killedRunGoesOnWithTheBlockThatItWasAtAndWritesTheSameBytes() throws Exception {
    Path out = folder.resolve("killed");
    Path marker = Files.createTempDirectory(folder, "marker").resolve("marker");
    StandingProcess.killed(PAUSED, marker, arguments(FaultyFileSystem.uri(out), "--propagate"));
    assertThat(out.resolve("_SUCCESS")).doesNotExist();
    assertThat(out.resolve("_temporary/prefix")).isNotEmptyDirectory();

    Cli.Result resumed = Cli.run(arguments(out, "--propagate"));
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Took over 2 blocks");
    Map<String, String> weights = Cli.hashes(undisturbed(), ".safetensors");
    assertThat(Cli.hashes(out, ".safetensors")).hasSize(9).isEqualTo(weights);
    assertThat(out.resolve("report.json"))
        .hasSameBinaryContentAs(undisturbed().resolve("report.json"));
    assertThat(out.resolve("_temporary")).doesNotExist();
    assertThat(Cli.run("verify", out).exitCode()).isZero();
  }

  /** The first role of the first block has nothing quantized before it; all others have. */
  @Test
  void everyRoleIsCorrectedButTheFirstAndTheLast() {
    for (Row row :
        SharedSpark.session()
            .read()
            .parquet(undisturbed() + "/foresight/quantization")
            .select("block", "role", "correction")
            .collectAsList()) {
      if (row.getString(1).equals("mlp_output")) {
        assertThat(row.isNullAt(2)).as(row.toString()).isTrue();
      } else if (row.getInt(0) > 0 || !row.getString(1).equals("attention_input")) {
        assertThat(row.getDouble(2)).as(row.toString()).isBetween(0.01, 1.0);
      }
    }
  }

  /**
   * What arrives is what calibration saw, but for the half precision of stored rows, which moves
   * one code and with it those that make good for it.
   */
  @Test
  void behindFloatBlocksHardlyAnyWeightIsAnother() throws IOException {
    Object[] last = {"--override", "layers\\.[0-6]\\.=float", "--container", "dequantized"};
    Path plain = folder.resolve("plain");
    Path propagated = folder.resolve("propagated");
    assertThat(Cli.run(arguments(plain, last)).exitCode()).isZero();
    Object[] both = Stream.concat(Stream.of(last), Stream.of("--propagate")).toArray();
    Cli.Result result = Cli.run(arguments(propagated, both));
    assertThat(result.exitCode()).as(result.err()).isZero();
    String name = "model.layers.7.self_attn.q_proj.weight";
    float[] wanted = floats(plain, name);
    float[] found = floats(propagated, name);
    int others = 0;
    for (int i = 0; i < wanted.length; i++) {
      others += wanted[i] == found[i] ? 0 : 1;
    }
    assertThat(others).as("of %d", wanted.length).isLessThan(wanted.length / 10);
  }

  private static float[] floats(Path model, String name) throws IOException {
    try (Checkpoint checkpoint = Checkpoints.open(new LocalModelFolder(model))) {
      return checkpoint.floats(name);
    }
  }

  @Test
  void whatCanNotBePropagatedIsRefusedBeforeAnythingIsWritten() {
    Path out = folder.resolve("refused");
    Map<String[], String> wrong =
        Map.of(
            new String[] {"--method", "awq"},
                "--propagate corrects the targets of compensated rounding",
            new String[] {"--method", "faq", "--rounding", "compensated"},
                "the scales of method faq bind",
            new String[] {"--rounding", "nearest"},
                "--propagate corrects the targets of compensated rounding");
    wrong.forEach(
        (options, message) -> {
          Cli.Result result =
              Cli.run(
                  arguments(
                      out, Stream.concat(Stream.of("--propagate"), Stream.of(options)).toArray()));
          assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
          assertThat(result.err()).contains(message);
          assertThat(out).doesNotExist();
        });
  }
}
