package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import dev.foresight.study.CalibratedOn;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Parts of a store of two shards, a of 7 and b of 3 sequences, in slices of 2. */
class StudyPlanTest {
  private static final Manifest STORE = manifest(shard("a", 7), shard("b", 3));

  private static StoredShard shard(String id, int sequences) {
    List<StoredSlice> slices = new ArrayList<>();
    for (int first = 0; first < sequences; first += 2) {
      StoredFile sums = new StoredFile("sums/%s.%d.parquet".formatted(id, first), 1, null);
      int count = Math.min(2, sequences - first);
      slices.add(new StoredSlice(id, first / 2, first, count, List.of(), Map.of("sums", sums)));
    }
    return new StoredShard(
        new PackedShard(id, 1, 0, 0, 1, 0, 1, sequences, 0, "ab"), null, slices, 0);
  }

  private static Manifest manifest(StoredShard... shards) {
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      channels.put(role, 4);
    }
    StoreFingerprint fingerprint =
        StoreFingerprint.of(
            new ModelFingerprint("feed", Map.of()),
            1,
            channels,
            new PackingSettings(4, Bos.AUTO, "eos", 7),
            new SketchSettings(2, 0, 0),
            Precision.FP32);
    return new Manifest(fingerprint, new TreeSet<>(), new TreeSet<>(), List.of(shards));
  }

  private static List<String> labels(StudyPlan plan) {
    return plan.parts(STORE, "STORE").stream().map(CalibratedOn::label).toList();
  }

  private static void assertRefused(StudyPlan plan, Manifest store, String message) {
    assertThatThrownBy(() -> plan.parts(store, "STORE"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @Test
  void everythingComesFirstThenEachKindOfPart() {
    assertThat(labels(new StudyPlan(List.of(), true, true, 2, List.of(2, 6))))
        .containsExactly(
            "all",
            "a",
            "b",
            "without a",
            "without b",
            "bootstrap 1",
            "bootstrap 2",
            "first 2",
            "first 6");
    assertThat(labels(new StudyPlan(List.of(), false, false, 0, List.of()))).containsExactly("all");
  }

  @Test
  void onlyChosenShardsAreParts() {
    StudyPlan plan = new StudyPlan(List.of("b", "a"), true, false, 0, List.of());
    assertThat(plan.shardsOf(STORE, "STORE")).containsExactly("a", "b");
    StudyPlan one = new StudyPlan(List.of("b"), false, false, 0, List.of());
    assertThat(one.shardsOf(STORE, "STORE")).containsExactly("b");
    StudyPlan unknown = new StudyPlan(List.of("c"), false, false, 0, List.of());
    assertRefused(unknown, STORE, "--shards: STORE has no shard 'c'; it has a, b.");
  }

  @Test
  void oneShardIsNotComparedWithItself() {
    List<String> one = List.of("b");
    String message = "STORE has one shard that counts, b: --per-shard, --leave-one-out and";
    assertRefused(new StudyPlan(one, true, false, 0, List.of()), STORE, message);
    assertRefused(new StudyPlan(one, false, true, 0, List.of()), STORE, message);
    assertRefused(new StudyPlan(one, false, false, 1, List.of()), STORE, message);
    assertThat(labels(new StudyPlan(one, false, false, 0, List.of(2))))
        .containsExactly("all", "first 2");
  }

  @Test
  void budgetIsSomeWholeSlices() {
    for (int budget : new int[] {0, -2, 1, 3}) {
      assertRefused(
          new StudyPlan(List.of(), false, false, 0, List.of(budget)),
          STORE,
          "--budgets " + budget + ": the slices of STORE hold 2 sequences each, so only multiples");
    }
  }

  /** The longest shard has 7 sequences: 6 of them are fewer than all, 8 are none. */
  @Test
  void budgetIsNoMoreThanTheLongestShardHolds() {
    assertThat(labels(new StudyPlan(List.of(), false, false, 0, List.of(6)))).contains("first 6");
    assertRefused(
        new StudyPlan(List.of(), false, false, 0, List.of(8)),
        STORE,
        "--budgets 8: no shard of STORE has more than 7 sequences: choose fewer.");
    assertRefused(
        new StudyPlan(List.of("b"), false, false, 0, List.of(4)),
        STORE,
        "--budgets 4: no shard of STORE has more than 3 sequences");
  }

  @Test
  void negativeNumberOfDrawsIsRefused() {
    assertThatThrownBy(() -> new StudyPlan(List.of(), false, false, -1, List.of()))
        .isInstanceOf(InputException.class)
        .hasMessage("--bootstrap -1 is negative: give how many draws, 0 for none.");
  }
}
