package dev.foresight.spark.store;

import static org.apache.parquet.filter2.predicate.FilterApi.and;
import static org.apache.parquet.filter2.predicate.FilterApi.eq;
import static org.apache.parquet.filter2.predicate.FilterApi.gtEq;
import static org.apache.parquet.filter2.predicate.FilterApi.intColumn;
import static org.apache.parquet.filter2.predicate.FilterApi.longColumn;
import static org.apache.parquet.filter2.predicate.FilterApi.lt;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchFold;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.store.RowsTable.StoredRow;
import dev.foresight.spark.store.SequencesTable.Sequence;
import dev.foresight.spark.store.SumsTable.SumsRow;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.hadoop.ParquetWriter;

/**
 * A folder of sketches: {@code manifest.json commits/ sequences/ sums/ rows/ _SUCCESS}.
 *
 * <p>Tasks write one file a slice and table; the same slice always has the same rows. What counts
 * is what commits name: {@link StoreRun} adds them, {@link #manifest} reads them.
 */
public final class SketchStore {
  private static final int SEQUENCES_OF_GROUP = 256;

  private final Configuration conf;
  private final Path root;
  private final StoreFiles files;
  private final SumsTable sums = new SumsTable();
  private final RowsTable rows = new RowsTable();
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
        "sequences",
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
    read(
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

  /** Writes what a slice taught: sums of every block, in order of block. */
  public StoredFile writeSums(SliceId slice, List<Map<Role, RoleSketch>> blocks)
      throws IOException {
    return files.write(
        "sums",
        stem(slice),
        file -> {
          try (ParquetWriter<SumsRow> writer = sums.writer(conf, file, SumsTable.ROWS_OF_BLOCK)) {
            for (int block = 0; block < blocks.size(); block++) {
              for (Role role : Role.values()) {
                RoleSketch sketch = blocks.get(block).get(role);
                writer.write(new SumsRow(slice, block, role, true, sketch.first()));
                writer.write(new SumsRow(slice, block, role, false, sketch.rest()));
              }
            }
          }
        });
  }

  /** Writes a slice's sampled rows of every block; every (block, role) has the same number. */
  public StoredFile writeRows(SliceId slice, List<Map<Role, List<SampledRow>>> blocks)
      throws IOException {
    int rowsOfBlock = blocks.get(0).values().stream().mapToInt(List::size).sum();
    return files.write(
        "rows",
        stem(slice),
        file -> {
          try (ParquetWriter<StoredRow> writer =
              rows.writer(conf, file, Math.max(1, rowsOfBlock))) {
            for (int block = 0; block < blocks.size(); block++) {
              for (Role role : Role.values()) {
                for (SampledRow row : blocks.get(block).get(role)) {
                  writer.write(new StoredRow(block, role, row));
                }
              }
            }
          }
        });
  }

  private static String stem(SliceId slice) {
    return Words.format("%s.%05d", StoreFiles.slug(slice.shard()), slice.index());
  }

  /** Leaves a record of a finished slice for a run that takes over from a killed one. */
  public void record(StoreFingerprint fingerprint, String shardSha256, FinishedSlice finished)
      throws IOException {
    new SliceRecords(conf, root, fingerprint.sha256()).write(shardSha256, finished);
  }

  /**
   * The sums of one block over the given slices, one fold a role.
   *
   * @throws InputException if a slice's file is missing or damaged
   */
  public Map<Role, SketchFold> readSums(List<StoredSlice> slices, int block) throws IOException {
    Map<Role, SketchFold> folds = new EnumMap<>(Role.class);
    StoreFingerprint fingerprint = fingerprint();
    for (StoredSlice slice : slices) {
      List<SumsRow> found = new ArrayList<>();
      read(
          sums,
          slice.sums(),
          slice.shard(),
          onlyBlock(block),
          row -> {
            check(fingerprint, slice, row);
            found.add(row);
          });
      for (Role role : Role.values()) {
        RoleSketch sketch =
            new RoleSketch(
                stratum(found, role, true, slice, block),
                stratum(found, role, false, slice, block));
        folds
            .computeIfAbsent(role, r -> new SketchFold(fingerprint.channels().get(r)))
            .add(slice.id(), sketch);
      }
    }
    return folds;
  }

  private StoreFingerprint fingerprint() throws IOException {
    return new ManifestReader(conf, root)
        .fingerprint()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "%s has no manifest.json: name the folder of a sketch store.", root)));
  }

  private static void requireChannels(StoreFingerprint fingerprint, Role role, int count) {
    int channels = fingerprint.channels().get(role);
    if (count != channels) {
      throw new IllegalArgumentException(
          Words.format("%s has %d channels, not %d", role.key(), count, channels));
    }
  }

  /** Fails if the row can't be of this slice. */
  static void check(StoreFingerprint fingerprint, StoredSlice slice, SumsRow row) {
    requireChannels(fingerprint, row.role(), row.sums().channels());
    long length = row.first() ? 1 : fingerprint.packing().sequenceLength() - 1L;
    if (row.sums().tokens() != slice.sequences() * length) {
      throw new IllegalArgumentException(
          Words.format(
              "%d tokens are not those of %d sequences", row.sums().tokens(), slice.sequences()));
    }
  }

  /** Fails if the row can't be of this slice. */
  static void check(StoreFingerprint fingerprint, StoredSlice slice, StoredRow stored) {
    requireChannels(fingerprint, stored.role(), stored.row().halves().length);
    if (!stored.row().shard().equals(slice.shard())) {
      throw new IllegalArgumentException(
          Words.format("a row is of shard '%s'", stored.row().shard()));
    }
  }

  private ChannelSums stratum(
      List<SumsRow> found, Role role, boolean first, StoredSlice slice, int block) {
    return found.stream()
        .filter(row -> row.role() == role && row.first() == first)
        .map(SumsRow::sums)
        .findFirst()
        .orElseThrow(
            () ->
                files.refused(
                    slice.sums(),
                    slice.shard(),
                    Words.format("lacks %s of block %d", role.key(), block),
                    null));
  }

  /**
   * The sampled rows of one block over the given slices; a role without any is not in the map.
   *
   * @throws InputException if a slice's file is missing or damaged
   */
  public Map<Role, List<SampledRow>> readRows(List<StoredSlice> slices, int block)
      throws IOException {
    Map<Role, List<SampledRow>> found = new EnumMap<>(Role.class);
    StoreFingerprint fingerprint = fingerprint();
    for (StoredSlice slice : slices) {
      if (slice.rows() != null) {
        read(
            rows,
            slice.rows(),
            slice.shard(),
            onlyBlock(block),
            stored -> {
              check(fingerprint, slice, stored);
              found.computeIfAbsent(stored.role(), r -> new ArrayList<>()).add(stored.row());
            });
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
      slices.add(
          new StoredSlice(
              slice.shard(),
              slice.index(),
              slice.firstSequence(),
              slice.sequences(),
              slice.skipped(),
              files.copy(from.files, slice.sums(), slice.shard(), stem(slice.id())),
              slice.rows() == null
                  ? null
                  : files.copy(from.files, slice.rows(), slice.shard(), stem(slice.id()))));
    }
    return new StoredShard(shard.shard(), tokens, slices, shard.compactedSlices());
  }

  private <R> void read(
      Table<R> table,
      StoredFile file,
      String shard,
      Optional<FilterPredicate> filter,
      Table.RowSink<R> sink)
      throws IOException {
    files.check(file, shard);
    try {
      table.read(conf, files.path(file), filter, sink);
    } catch (EOFException e) { // without a word of its own
      throw files.refused(file, shard, "ends within a page", e);
    } catch (RuntimeException e) { // Parquet's word for content that is none
      throw files.refused(file, shard, Words.format("can't be read (%s)", e.getMessage()), e);
    }
  }

  private static Optional<FilterPredicate> onlyBlock(int block) {
    return Optional.of(eq(intColumn("block"), block));
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
