package dev.foresight.spark.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Sums;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.io.Cpu;
import dev.foresight.spark.store.FinishedSlice;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoredSlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the task of a slice writes and says, {@link CalibratedLlama}. */
class SliceCalibratorTest {
  private static final double GATE = 1e-5;

  @TempDir private Path root;
  private final CalibrationCounters counters = CalibratedLlama.counters();
  private StoreFingerprint fingerprint;

  @BeforeEach
  void lay() throws IOException {
    fingerprint = CalibratedLlama.manifest().fingerprint();
    Files.copy(Path.of(CalibratedLlama.store(), "manifest.json"), root.resolve("manifest.json"));
  }

  private FinishedSlice calibrate(SliceId id, long first, int[]... tokens) throws IOException {
    return new SliceCalibrator(
            CalibratedLlama.key().measuring(fingerprint.sketch()),
            root.toString(),
            fingerprint,
            false,
            counters,
            CalibratedLlama.conf())
        .call(new SliceTask(id, "feed", first, tokens.length, null, tokens));
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int j = 0; j < floats.length; j++) {
      floats[j] = (float) values[j];
    }
    return floats;
  }

  /** Golden sums are [4, channels]: Σ|x|, Σx, Σx², max|x|, by torch hooks. */
  private static void assertSums(ChannelSums found, String name) throws IOException {
    float[] golden = CalibratedLlama.golden(name);
    int channels = golden.length / 4;
    float[][] parts = {
      floats(found.sumAbs()), floats(found.sumSquare()), found.maxAbs(),
    };
    int[] places = {0, 2, 3};
    for (int i = 0; i < parts.length; i++) {
      float[] wanted = Arrays.copyOfRange(golden, places[i] * channels, (places[i] + 1) * channels);
      assertThat(CalibratedLlama.relativeError(parts[i], wanted))
          .as("%s, part %d", name, places[i])
          .isLessThan(GATE);
    }
  }

  @Test
  void sumsOfAllSlicesAreThoseOfTransformers() throws IOException {
    Manifest manifest = CalibratedLlama.manifest();
    SketchStore store = new SketchStore(CalibratedLlama.CONF, CalibratedLlama.store());
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      Map<String, SortedMap<SliceId, RoleSketch>> states =
          store.read(Sums.SUMS, manifest.slices(), block);
      for (Role role : Role.values()) {
        assertThat(states.get(role.key())).hasSize(3);
        RoleSketch all =
            Sums.SUMS.merge(List.copyOf(states.get(role.key()).values()), fingerprint.sketch());
        assertThat(all.first().tokens()).isEqualTo(3);
        assertThat(all.rest().tokens()).isEqualTo(3 * 39);
        String name = "block%d.%s.".formatted(block, role.key());
        assertSums(all.first(), name + "first");
        assertSums(all.rest(), name + "later");
      }
    }
  }

  @Test
  void tokensOfTheTaskGiveTheFilesOfThoseOfTheStore() throws IOException {
    FinishedSlice finished = calibrate(new SliceId("a", 1), 1, CalibratedLlama.ids()[1]);
    StoredSlice stored = CalibratedLlama.manifest().slices().get(1);
    assertThat(finished.slice()).isEqualTo(stored); // names and hashes of all files among it
    assertThat(finished.slice().files()).containsOnlyKeys("sums", "rows", "tokens");
    assertThat(finished.cpu()).isEqualTo(Cpu.kind());
  }

  /** Which rows are kept depends on where the sequences stand in their shard. */
  @Test
  void rowsAreOfTheSequencesOfTheShardNotOfTheSlice() throws IOException {
    int[][] ids = CalibratedLlama.ids();
    FinishedSlice finished = calibrate(new SliceId("c", 1), 7, ids[0], ids[1]);
    assertThat(finished.slice().firstSequence()).isEqualTo(7);
    List<SampledRow> rows =
        new SketchStore(CalibratedLlama.CONF, root.toString())
            .readRows(List.of(finished.slice()), 0)
            .get(Role.MLP_INPUT);
    assertThat(rows)
        .hasSize(CalibratedLlama.ROWS + 1)
        .allMatch(row -> row.shard().equals("c") && (row.sequence() == 7 || row.sequence() == 8));
  }

  @Test
  void recordIsLeftForARunThatTakesOver() throws IOException {
    calibrate(new SliceId("a", 0), 0, CalibratedLlama.ids()[0]);
    try (var records = Files.walk(root.resolve("_temporary"))) {
      assertThat(records.filter(Files::isRegularFile)).hasSize(1);
    }
  }

  @Test
  void countersSayWhatWasRun() throws IOException {
    int[][] ids = CalibratedLlama.ids();
    calibrate(new SliceId("d", 0), 0, ids[0], ids[2]);
    calibrate(new SliceId("d", 1), 2, ids[1]);
    assertThat(counters.tokens().sum()).isEqualTo(120);
    assertThat(counters.sequences().sum()).isEqualTo(3);
    assertThat(counters.notFinite().sum()).isZero();
  }

  @Test
  void tokenThatTheModelDoesNotKnowIsRefused() throws IOException {
    int[] ids = CalibratedLlama.ids()[0].clone();
    ids[17] = 256; // vocab_size
    assertThatThrownBy(() -> calibrate(new SliceId("a", 0), 0, ids))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("256");
    assertThat(root.resolve("sums")).doesNotExist();
    assertThat(counters.sequences().sum()).isZero();
  }
}
