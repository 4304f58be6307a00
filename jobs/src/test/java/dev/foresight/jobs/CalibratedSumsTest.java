package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A store of the demo model against transformers and PyTorch, fp32, by sums_golden.py. */
class CalibratedSumsTest {
  private static final double GATE = 1e-5; // relative RMS over channels
  private static final int[] BLOCKS = {0, 3, 7};

  private static SketchStore store;
  private static StoredShard code;

  @BeforeAll
  static void open() throws IOException {
    Path sketches = DemoStore.path();
    store = new SketchStore(new Configuration(), sketches.toString());
    code = store.manifest().choose(List.of("code"), sketches.toString()).get(0);
  }

  private static Checkpoint golden() throws IOException {
    Path resources = Path.of("src/test/resources/sums").toAbsolutePath();
    return SafetensorsFile.open(new LocalModelFolder(resources).open("code.safetensors"));
  }

  @Test
  void sequencesAreThoseOfAnotherPacker() throws IOException {
    try (Checkpoint golden = golden()) {
      int[] ids =
          Arrays.stream(store.readSequences("code", code.sequences(), 0, 4))
              .flatMapToInt(Arrays::stream)
              .toArray();
      int[] expected = new int[ids.length];
      golden.bytes("ids").asIntBuffer().get(expected);
      assertThat(ids).containsExactly(expected);
    }
  }

  @Test
  void sumsOfASliceEqualThoseOfPyTorch() throws IOException {
    try (Checkpoint golden = golden()) {
      for (int block : BLOCKS) {
        Map<Role, RoleSketch> found = new EnumMap<>(Role.class);
        store
            .readSums(code.slices().subList(0, 1), block)
            .forEach((role, fold) -> found.put(role, fold.shards().get("code")));
        assertThat(found).hasSize(4);
        for (Role role : found.keySet()) {
          String name = block + "." + role.key();
          compare(name + ".first", found.get(role).first(), golden, 4);
          compare(name + ".rest", found.get(role).rest(), golden, 4 * 63);
        }
      }
    }
  }

  private static void compare(String name, ChannelSums found, Checkpoint golden, int tokens)
      throws IOException {
    int channels = found.channels();
    float[] expected = golden.floats(name);
    assertThat(expected).hasSize(4 * channels);
    assertThat(found.tokens()).isEqualTo(tokens);
    double[] maximum = IntStream.range(0, channels).mapToDouble(j -> found.maxAbs()[j]).toArray();
    double[][] rows = {found.sumAbs(), found.sum(), found.sumSquare(), maximum};
    int[] scaleRow = {0, 0, 2, 3}; // Σx cancels: its error is one of Σ|x|
    for (int k = 0; k < rows.length; k++) {
      double error = 0;
      double scale = 0;
      for (int j = 0; j < channels; j++) {
        double difference = rows[k][j] - expected[k * channels + j];
        error += difference * difference;
        scale += Math.pow(expected[scaleRow[k] * channels + j], 2);
      }
      assertThat(Math.sqrt(error / scale)).as("%s, statistic %d", name, k).isLessThan(GATE);
    }
  }
}
