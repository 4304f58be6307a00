package dev.foresight.spark.store;

import static dev.foresight.spark.store.SmallShards.CONF;
import static dev.foresight.spark.store.SmallShards.add;
import static dev.foresight.spark.store.SmallShards.fingerprint;
import static dev.foresight.spark.store.SmallShards.packed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.Need;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import dev.foresight.sketch.Tokens;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.selection.DataSelection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.util.SerializableConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which statistics a store holds, says that it holds, and is asked for. */
class StoredStatisticsTest {
  private static final PackedShard A = packed("a", 5, "text of a");
  private static final PackedShard B = packed("b", 3, "text of b");
  private static final Need ROWS_NEEDED =
      new Need(Rows.ROWS, "the sampled loss", "pass --loss diagonal");

  @TempDir private Path folder;
  private String root;
  private SketchStore store;

  @BeforeEach
  void name() {
    root = folder.resolve("store").toString();
    store = new SketchStore(CONF, root);
  }

  private void commit(List<StoredShard> shards) throws IOException {
    try (StoreRun run = StoreRun.open(SmallShards.target(root), fingerprint())) {
      run.commit(shards, new TreeSet<>(), new TreeSet<>());
    }
  }

  private StoredShard written(PackedShard shard) throws IOException {
    StoreRun.open(SmallShards.target(root), fingerprint()).close();
    return SmallShards.write(root, shard);
  }

  private static StoredShard without(String statistic, StoredShard shard) {
    List<StoredSlice> slices = new ArrayList<>();
    for (StoredSlice slice : shard.slices()) {
      Map<String, StoredFile> left = new TreeMap<>(slice.files());
      left.remove(statistic);
      slices.add(slice.with(left));
    }
    return new StoredShard(shard.shard(), shard.sequences(), slices, 0);
  }

  @Test
  void storeSaysWhichStatisticsAllItsShardsHold() throws IOException {
    add(root, A);
    assertThat(store.manifest().statistics()).containsExactly(Sums.SUMS, Rows.ROWS, Tokens.TOKENS);
    commit(List.of(without("rows", SmallShards.write(root, B))));
    assertThat(store.manifest().statistics()).containsExactly(Sums.SUMS, Tokens.TOKENS);
  }

  @Test
  void statisticThatAChosenShardLacksIsRefusedWithTheOptionThatAddsIt() throws IOException {
    commit(List.of(written(A), without("rows", SmallShards.write(root, B))));
    Manifest manifest = store.manifest();
    DataChoice all = DataChoice.all(FirstPosition.INCLUDE);
    assertThatThrownBy(() -> DataSelection.of(all, root, manifest, List.of(ROWS_NEEDED), 8))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "The store %s holds no rows of b, which the sampled loss needs: calibrate into another store with --rows 512, or pass --loss diagonal."
                .formatted(root));
    assertThatThrownBy(
            () ->
                DataSelection.of(
                    all, root, manifest, List.of(new Need(Rows.ROWS, "a search", "")), 8))
        .hasMessageEndingWith("calibrate into another store with --rows 512.");
    DataChoice a = all.among(List.of("a"), List.of(), null, 0);
    assertThat(DataSelection.of(a, root, manifest, List.of(ROWS_NEEDED), 8).slices()).hasSize(3);
  }

  @Test
  void slicesOfAShardHoldTheSameStatistics() throws IOException {
    StoredShard shard = written(A);
    List<StoredSlice> mixed = new ArrayList<>(shard.slices());
    mixed.set(1, without("rows", shard).slices().get(1));
    assertThatThrownBy(() -> new StoredShard(A, shard.sequences(), mixed, 0))
        .hasMessage(
            "Slice 1 of shard 'a' holds [sums, tokens], the first one [sums, rows, tokens]");
  }

  @Test
  void fileOfAnotherTableIsNoStatistic() throws IOException {
    StoredSlice slice = written(A).slices().get(0);
    Map<String, StoredFile> swapped = new TreeMap<>(slice.files());
    swapped.put("rows", slice.files().get("sums"));
    assertThatThrownBy(() -> slice.with(swapped))
        .hasMessage("'%s' is named as the rows".formatted(slice.files().get("sums").name()));
  }

  @Test
  void commitNamesFilesInTheOrderOfStatistics() throws IOException {
    add(root, B);
    String commit;
    try (Stream<Path> commits = Files.list(Path.of(root, "commits"))) {
      commit = Files.readString(commits.findFirst().orElseThrow());
    }
    assertThat(commit.indexOf("\"sums\"")).isPositive().isLessThan(commit.indexOf("\"rows\""));
    assertThat(commit).doesNotContain("folded", "files");
  }

  /** The rows as if they were kept a shard: what a statistic of that granularity goes through. */
  @Test
  void statisticThatIsKeptAShardIsOneFileThatIsCommittedCopiedAndReadLikeAnyOther()
      throws IOException {
    StoredShard slices = written(A);
    StoredShard folded = ShardFolder.fold(store, slices, List.of(Rows.ROWS));
    assertThat(folded.slices())
        .allMatch(slice -> slice.files().keySet().equals(Set.of("sums", "tokens")));
    assertThat(folded.folded()).containsOnlyKeys("rows");
    assertThat(folded.statistics()).containsExactly(Sums.SUMS, Rows.ROWS, Tokens.TOKENS);
    commit(List.of(folded));
    StoredShard read = store.manifest().stored().get(0);
    assertThat(read).isEqualTo(folded);

    String other = folder.resolve("other").toString();
    SketchStore copy = new SketchStore(CONF, other);
    try (StoreRun run = StoreRun.open(SmallShards.target(other), fingerprint())) {
      run.commit(List.of(copy.copy(store, read)), new TreeSet<>(), new TreeSet<>());
    }
    StoredShard compacted =
        new ShardCompactor(other, new SerializableConfiguration(CONF))
            .call(copy.manifest().stored().get(0));
    assertThat(compacted.folded()).isEqualTo(folded.folded());
    for (int block = 0; block < SmallShards.BLOCKS; block++) {
      for (Map.Entry<String, ? extends Map<?, List<SampledRow>>> place :
          copy.read(Rows.ROWS, List.of(compacted.whole()), block).entrySet()) {
        List<List<SampledRow>> parts =
            List.copyOf(store.read(Rows.ROWS, slices.slices(), block).get(place.getKey()).values());
        assertThat(place.getValue().values())
            .containsExactly(Rows.ROWS.merge(parts, fingerprint().sketch()));
      }
    }
  }

  @Test
  void foldingWhatNoSliceHoldsChangesNothing() throws IOException {
    StoredShard shard = without("rows", written(A));
    assertThat(ShardFolder.fold(store, shard, List.of(Rows.ROWS))).isEqualTo(shard);
  }

  private static StoreFingerprint keeping(String... also) {
    StoreFingerprint plain = fingerprint();
    return StoreFingerprint.of(
        plain.model(),
        plain.blocks(),
        plain.channels(),
        plain.packing(),
        new SketchSettings(2, 3, 1, new TreeSet<>(List.of(also))),
        Precision.FP32);
  }

  @Test
  void fingerprintSaysWhatIsKeptBesideSumsAndRowsAndNothingWhereNothingIs() throws IOException {
    assertThat(Json.MAPPER.valueToTree(fingerprint()).at("/sketch").toString())
        .isEqualTo("{\"slice\":2,\"rows\":3,\"first_rows\":1}");
    StoreFingerprint more = keeping("moods");
    String text = Json.MAPPER.writeValueAsString(more);
    assertThat(text).contains("\"also\":[\"moods\"]");
    assertThat(Json.MAPPER.readValue(text, StoreFingerprint.class)).isEqualTo(more);
    assertThat(more.sha256()).isNotEqualTo(fingerprint().sha256());
  }

  @Test
  void storesThatKeepOtherStatisticsAreNotMixed() {
    assertThatThrownBy(() -> keeping("moods", "smells").requireSame(fingerprint(), root))
        .hasMessageStartingWith(
            "The store %s was calibrated with also moods+smells, not nothing:".formatted(root));
    assertThatThrownBy(() -> fingerprint().requireSame(keeping("moods"), root))
        .hasMessageStartingWith(
            "The store %s was calibrated with also nothing, not moods:".formatted(root));
  }

  @Test
  void everyStatisticHasATableWhoseRowsSayWhoseTheyAre() {
    for (Statistic<?> statistic : Statistics.all()) {
      List<String> columns = new ArrayList<>();
      new StatisticTable(statistic).schema().getFields().forEach(f -> columns.add(f.getName()));
      assertThat(columns).startsWith("shard").contains("block").doesNotHaveDuplicates();
    }
    assertThat(new StatisticTable(Sums.SUMS).schema().getFields().stream().map(f -> f.getName()))
        .containsExactly( // docs/store.md, and SQL of others
            "shard",
            "slice",
            "block",
            "role",
            "stratum",
            "tokens",
            "sum_abs",
            "sum",
            "sum_square",
            "max_abs");
    assertThat(new StatisticTable(Rows.ROWS).schema().getFields().stream().map(f -> f.getName()))
        .containsExactly(
            "shard", "block", "role", "sequence", "position", "key", "scale", "halves");
    assertThat(
            new StatisticTable(Tokens.TOKENS).schema().getFields().stream().map(f -> f.getName()))
        .containsExactly(
            "shard",
            "block",
            "sequence",
            "position",
            "key",
            "residual",
            "attention",
            "attention_output_square",
            "mlp_output_square");
  }
}
