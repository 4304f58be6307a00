package dev.foresight.spark.store;

import static org.apache.parquet.filter2.predicate.FilterApi.and;
import static org.apache.parquet.filter2.predicate.FilterApi.gtEq;
import static org.apache.parquet.filter2.predicate.FilterApi.longColumn;
import static org.apache.parquet.filter2.predicate.FilterApi.lt;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchFold;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.store.SequencesTable.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;

/**
 * A folder of sketches: {@code manifest.json commits/ sequences/ _SUCCESS} and a folder a
 * statistic, as {@code sums/} and {@code rows/}.
 *
 * <p>Tasks write one file a slice and table; the same slice always has the same rows. What counts
 * is what commits name: {@link StoreRun} adds them, {@link #manifest} reads them.
 */
public final class SketchStore {
  private static final int SEQUENCES_OF_GROUP = 256;

  private final Configuration conf;
  private final Path root;
  private final StoreFiles files;
  private final SequencesTable sequences = new SequencesTable();

  /**
   * @param root the store's folder; nothing is read or written yet
   */
  public SketchStore(Configuration conf, String root) {
    this.conf = conf;
    this.root = new Path(root);
    this.files = new StoreFiles(conf, this.root);
  }

  /** The store's folder. */
  public Path root() {
    return root;
  }

  /**
   * What a finished store holds now.
   *
   * @throws InputException if this is no store, or one that no run has finished
   */
  public Manifest manifest() throws IOException {
    if (!TargetFolder.isFinished(root, conf)) {
      throw new InputException(
          Words.format(
              "%s is not a finished sketch store (no _SUCCESS): run calibrate with --sketches %s first.",
              root, root));
    }
    return new ManifestReader(conf, root).read();
  }

  /** Writes the sequences of a shard as the filler produces them. */
  public StoredFile writeSequences(String shard, Consumer<Consumer<int[]>> filler)
      throws IOException {
    return files.write(
        StoreFiles.SEQUENCES,
        StoreFiles.slug(shard),
        file -> {
          try (ParquetWriter<Sequence> writer = sequences.writer(conf, file, SEQUENCES_OF_GROUP)) {
            long[] next = {0};
            filler.accept(
                tokens -> unchecked(() -> writer.write(new Sequence(shard, next[0]++, tokens))));
          }
        });
  }

  /** Sequences {@code [first, first + count)} of a shard, each with its tokens. */
  public int[][] readSequences(String shard, StoredFile file, long first, int count)
      throws IOException {
    int[][] found = new int[count][];
    var column = longColumn("sequence");
    var range = and(gtEq(column, first), lt(column, first + count));
    files.read(
        sequences,
        file,
        shard,
        Optional.of(range),
        sequence -> found[(int) (sequence.index() - first)] = sequence.tokens());
    int missing = Arrays.asList(found).indexOf(null);
    if (missing >= 0) {
      throw files.refused(file, shard, "lacks sequence " + (first + missing), null);
    }
    return found;
  }

  /**
   * Writes what a slice taught of a statistic.
   *
   * @param blocks states by place, in order of block
   * @return nothing where there is nothing to write
   */
  public <S> Optional<StoredFile> write(
      Statistic<S> statistic, SliceId slice, List<Map<String, S>> blocks) throws IOException {
    return of(statistic).write(slice, blocks);
  }

  private <S> StatisticFiles<S> of(Statistic<S> statistic) throws IOException {
    StoreFingerprint fingerprint =
        new ManifestReader(conf, root)
            .fingerprint()
            .orElseThrow(
                () ->
                    new InputException(
                        Words.format(
                            "%s has no manifest.json: name the folder of a sketch store.", root)));
    return new StatisticFiles<>(conf, files, fingerprint, statistic);
  }

  /** Leaves a record of a finished slice for a run that takes over from a killed one. */
  public void record(StoreFingerprint fingerprint, String shardSha256, FinishedSlice finished)
      throws IOException {
    new SliceRecords(conf, root, fingerprint.sha256()).write(shardSha256, finished);
  }

  /**
   * Merges what the slices of a shard hold of a statistic.
   *
   * @return the file of the whole shard; nothing where there is nothing to write
   * @throws InputException if a slice's file is missing or damaged
   */
  <S> Optional<StoredFile> fold(Statistic<S> statistic, StoredShard shard) throws IOException {
    StatisticFiles<S> table = of(statistic);
    List<Map<String, S>> blocks = new ArrayList<>();
    for (int block = 0; block < table.fingerprint().blocks(); block++) {
      blocks.add(table.merged(shard.slices(), block));
    }
    return table.write(new SliceId(shard.id(), 0), blocks);
  }

  /**
   * The states of one block over the given slices; slices that hold none are left out.
   *
   * @param slices of a statistic that is kept a shard, {@link StoredShard#whole} ones
   * @return by place, then slice
   * @throws InputException if a slice's file is missing or damaged
   */
  public <S> Map<String, SortedMap<SliceId, S>> read(
      Statistic<S> statistic, List<StoredSlice> slices, int block) throws IOException {
    return of(statistic).read(slices, block);
  }

  /**
   * The sums of one block over the given slices, one fold a role.
   *
   * @throws InputException if there is no slice, or a slice's file is missing or damaged
   */
  public Map<Role, SketchFold> readSums(List<StoredSlice> slices, int block) throws IOException {
    if (slices.isEmpty()) {
      throw new InputException(
          Words.format("The store %s holds no slice that counts: calibrate into it first.", root));
    }
    Map<String, SortedMap<SliceId, RoleSketch>> states = read(Sums.SUMS, slices, block);
    Map<Role, SketchFold> folds = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      SortedMap<SliceId, RoleSketch> sketches = states.get(role.key());
      SketchFold fold = new SketchFold(sketches.get(sketches.firstKey()).channels());
      sketches.forEach(fold::add);
      folds.put(role, fold);
    }
    return folds;
  }

  /**
   * The sampled rows of one block over the given slices; a role without any is not in the map.
   *
   * @throws InputException if a slice's file is missing or damaged
   */
  public Map<Role, List<SampledRow>> readRows(List<StoredSlice> slices, int block)
      throws IOException {
    Map<String, SortedMap<SliceId, List<SampledRow>>> states = read(Rows.ROWS, slices, block);
    Map<Role, List<SampledRow>> found = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      List<SampledRow> rows = new ArrayList<>();
      states.getOrDefault(role.key(), new TreeMap<>()).values().forEach(rows::addAll);
      if (!rows.isEmpty()) {
        found.put(role, rows);
      }
    }
    return found;
  }

  /**
   * Copies a shard into this store; its files get names with their checksums, also those of a store
   * of version 1.
   *
   * @return the shard as this store holds it, to be committed
   * @throws InputException if a file is missing or not what was committed
   */
  public StoredShard copy(SketchStore from, StoredShard shard) throws IOException {
    StoredFile tokens =
        shard.sequences() == null
            ? null
            : files.copy(from.files, shard.sequences(), shard.id(), StoreFiles.slug(shard.id()));
    List<StoredSlice> slices = new ArrayList<>();
    for (StoredSlice slice : shard.slices()) {
      slices.add(slice.with(copies(from, slice)));
    }
    return new StoredShard(
        shard.shard(), tokens, slices, shard.compactedSlices(), copies(from, shard));
  }

  private Map<String, StoredFile> copies(SketchStore from, StoredShard shard) throws IOException {
    return shard.folded().isEmpty() ? Map.of() : copies(from, shard.whole());
  }

  private Map<String, StoredFile> copies(SketchStore from, StoredSlice slice) throws IOException {
    Map<String, StoredFile> copies = new TreeMap<>();
    for (Map.Entry<String, StoredFile> file : slice.files().entrySet()) {
      StoredFile copy =
          files.copy(from.files, file.getValue(), slice.shard(), StoreFiles.stem(slice.id()));
      copies.put(file.getKey(), copy);
    }
    return copies;
  }

  private interface IoAction {
    void run() throws IOException;
  }

  private static void unchecked(IoAction action) {
    try {
      action.run();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
