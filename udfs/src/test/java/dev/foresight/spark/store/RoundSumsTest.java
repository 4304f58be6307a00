package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.fingerprint;
import static dev.foresight.spark.store.SmallShards.packed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Sums;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.study.BlockProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is read of a store whose sums are round numbers: a role's channel j has mean |x| of level *
 * (j + 1) behind position 0 and ten times that at position 0, where a block's level is the shard's
 * times (block + 1).
 */
class RoundSumsTest {
  private static final Role ROLE = Role.values()[0]; // of 3 channels in these stores
  private static final double[] SHAPE = {1, 2, 3};

  @TempDir private Path folder;
  private String root;

  @BeforeEach
  void write() throws IOException {
    root = folder.resolve("store").toString();
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      List<StoredShard> shards = List.of(shard("a", 4, 1), shard("b", 2, 4));
      run.commit(shards, new TreeSet<>(), new TreeSet<>());
    }
  }

  private StoredShard shard(String id, int sequences, double level) throws IOException {
    SketchStore store = new SketchStore(CONF, root);
    List<StoredSlice> slices = new ArrayList<>();
    for (int first = 0; first < sequences; first += 2) {
      List<Map<String, RoleSketch>> blocks = new ArrayList<>();
      for (int block = 0; block < SmallShards.BLOCKS; block++) {
        Map<String, RoleSketch> roles = new TreeMap<>();
        for (Role role : Role.values()) {
          double of = level * (block + 1);
          int channels = fingerprint().channels(role.key());
          roles.put(
              role.key(), new RoleSketch(sums(2, channels, 10 * of), sums(2 * 3, channels, of)));
        }
        blocks.add(roles);
      }
      SliceId slice = new SliceId(id, first / 2);
      StoredFile file = store.write(Sums.SUMS, slice, blocks).orElseThrow();
      slices.add(new StoredSlice(id, first / 2, first, 2, List.of(), Map.of("sums", file)));
    }
    return new StoredShard(packed(id, sequences, id), null, slices, 0);
  }

  private static ChannelSums sums(long tokens, int channels, double level) {
    double[] absolute = new double[channels];
    double[] square = new double[channels];
    float[] maximum = new float[channels];
    for (int j = 0; j < channels; j++) {
      double mean = level * (j + 1);
      absolute[j] = tokens * mean;
      square[j] = tokens * mean * mean;
      maximum[j] = (float) mean;
    }
    return new ChannelSums(tokens, absolute, absolute.clone(), square, maximum);
  }

  private SketchSelection select(FirstPosition position, Map<String, Double> weights, String... ids)
      throws IOException {
    DataChoice choice = new DataChoice(List.of(ids), List.of(), weights, false, null, 0, position);
    return DataSelection.of(choice, root, new SketchStore(CONF, root).manifest());
  }

  private Moments moments(SketchSelection selection, int block) throws IOException {
    return new BlockMoments(selection, new SerializableConfiguration(CONF)).call(block);
  }

  private static void assertIs(double[] actual, double factor, int power) {
    for (int j = 0; j < SHAPE.length; j++) {
      assertThat(actual[j]).isCloseTo(factor * Math.pow(SHAPE[j], power), within(1e-12));
    }
  }

  /** a has 4 sequences at level 1, b 2 at level 4: (4 * 1 + 2 * 4) / 6 = 2 without position 0. */
  @Test
  void meansAreOverAllTokensThatCount() throws IOException {
    Moments behind = moments(select(FirstPosition.EXCLUDE, Map.of()), 0);
    assertIs(behind.meanAbs().get(ROLE), 2, 1);
    assertIs(behind.meanSquare().get(ROLE), (4 * 1 + 2 * 16) / 6.0, 2);
    assertThat(behind.maxAbs().get(ROLE)).containsExactly(4, 8, 12);
    Moments next = moments(select(FirstPosition.EXCLUDE, Map.of()), 1);
    assertIs(next.meanAbs().get(ROLE), 4, 1);
  }

  /** One token in four stands at position 0 and is ten times as large: (3 + 10) / 4. */
  @Test
  void positionZeroCountsOnlyWhereItIsIncluded() throws IOException {
    Moments all = moments(select(FirstPosition.INCLUDE, Map.of(), "a"), 0);
    assertIs(all.meanAbs().get(ROLE), 13 / 4.0, 1);
    assertThat(all.maxAbs().get(ROLE)).containsExactly(10, 20, 30);
    assertIs(moments(select(FirstPosition.EXCLUDE, Map.of(), "a"), 0).meanAbs().get(ROLE), 1, 1);
  }

  /** b counts twice: (4 * 1 + 2 * 2 * 4) / 8 = 2.5. */
  @Test
  void weightedShardCountsSoManyTimes() throws IOException {
    Moments weighted = moments(select(FirstPosition.EXCLUDE, Map.of("b", 2.0)), 0);
    assertIs(weighted.meanAbs().get(ROLE), 2.5, 1);
  }

  @Test
  void shardsOfOneShapeDoNotDisagreeWhateverTheirLevel() throws IOException {
    Moments two = moments(select(FirstPosition.EXCLUDE, Map.of()), 0);
    for (double variance : two.spread().get(ROLE)) {
      assertThat(variance).isCloseTo(0, within(1e-24));
    }
    assertThat(moments(select(FirstPosition.EXCLUDE, Map.of(), "a"), 0).spread())
        .as("one shard says nothing about others")
        .isEmpty();
  }

  /** Of 3 channels the top one holds 3 of 6, and is 3 / 2 of the mean. */
  @Test
  void profileSaysHowMuchTheTopChannelHolds() throws IOException {
    BlockProfile.Result result = profile();
    BlockProfile.Profile of =
        result.profiles().stream()
            .filter(p -> p.shard().equals("b") && p.role() == ROLE)
            .findFirst()
            .orElseThrow();
    assertThat(of.block()).isEqualTo(1);
    assertThat(of.top()).isCloseTo(0.5, within(1e-12));
    assertThat(of.largest()).isCloseTo(1.5, within(1e-12));
    assertThat(result.profiles()).hasSize(2 * Role.values().length);
  }

  /** Levels 1 and 4: |1 - 4| / ((1 + 4) / 2) = 1.2, and the same shape. */
  @Test
  void distanceIsOfLevelsImportanceIsOfShapes() throws IOException {
    List<BlockProfile.Distance> distances = profile().distances();
    assertThat(distances).hasSize(Role.values().length);
    for (BlockProfile.Distance distance : distances) {
      assertThat(distance.a()).isEqualTo("a");
      assertThat(distance.b()).isEqualTo("b");
      assertThat(distance.difference()).isCloseTo(1.2, within(1e-12));
      assertThat(distance.topOverlap()).isEqualTo(1);
      assertThat(distance.importance()).isCloseTo(0, within(1e-12));
    }
  }

  private BlockProfile.Result profile() throws IOException {
    Map<String, SketchSelection> shards = new TreeMap<>();
    for (String shard : List.of("b", "a")) {
      shards.put(shard, select(FirstPosition.EXCLUDE, Map.of(), shard));
    }
    return new BlockProfile(shards, new SerializableConfiguration(CONF)).call(1);
  }
}
