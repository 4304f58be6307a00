package dev.foresight.spark.store;

import static org.apache.parquet.filter2.predicate.FilterApi.and;
import static org.apache.parquet.filter2.predicate.FilterApi.eq;
import static org.apache.parquet.filter2.predicate.FilterApi.gtEq;
import static org.apache.parquet.filter2.predicate.FilterApi.intColumn;
import static org.apache.parquet.filter2.predicate.FilterApi.longColumn;
import static org.apache.parquet.filter2.predicate.FilterApi.lt;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchFold;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.AtomicFiles;
import dev.foresight.spark.Json;
import dev.foresight.spark.TargetFolder;
import dev.foresight.spark.store.RowsTable.StoredRow;
import dev.foresight.spark.store.SequencesTable.Sequence;
import dev.foresight.spark.store.SumsTable.SumsRow;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetWriter;

/**
 * A folder of sketches: {@code sequences/ sums/ rows/ manifest.json _SUCCESS}.
 *
 * <p>Tasks write one file a slice and table; the same slice always has the same rows. The manifest
 * and {@code _SUCCESS} come last, from the driver.
 */
public final class SketchStore {
  private static final ObjectMapper JSON = Json.MAPPER;
  private static final int SEQUENCES_OF_GROUP = 256;

  private final Configuration conf;
  private final Path root;
  private final SumsTable sums = new SumsTable();
  private final RowsTable rows = new RowsTable();
  private final SequencesTable sequences = new SequencesTable();

  /**
   * @param root the store's folder; nothing is read or written yet
   */
  public SketchStore(Configuration conf, String root) {
    this.conf = conf;
    this.root = new Path(root);
  }

  /** The store's folder. */
  public Path root() {
    return root;
  }

  /** The folder as a whole: whether it may be written, and when it counts. */
  public TargetFolder target() {
    return new TargetFolder(conf, root);
  }

  /**
   * The manifest of a finished store.
   *
   * @throws InputException if this is no store, or an unfinished one
   */
  public Manifest manifest() throws IOException {
    if (!target().isFinished()) {
      throw new InputException(
          "%s is not a finished sketch store (no _SUCCESS): run calibrate with --sketches %s first."
              .formatted(root, root));
    }
    try (var in = root.getFileSystem(conf).open(new Path(root, "manifest.json"))) {
      return JSON.readValue(in.readAllBytes(), Manifest.class);
    } catch (FileNotFoundException e) {
      throw new InputException("%s has no manifest.json.".formatted(root), e);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new InputException(
          "%s/manifest.json is damaged: %s".formatted(root, e.getOriginalMessage()), e);
    }
  }

  /** Publishes the store: manifest, then {@code _SUCCESS}. */
  public void commit(Manifest manifest) throws IOException {
    AtomicFiles.writeText(
        conf,
        root,
        "manifest.json",
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(manifest) + "\n");
    target().commit();
  }

  /** Writes the sequences of a shard as the filler produces them. */
  public void writeSequences(String shard, Consumer<Consumer<int[]>> filler) throws IOException {
    AtomicFiles.write(
        conf,
        root,
        "sequences/" + slug(shard) + ".parquet",
        path -> {
          try (ParquetWriter<Sequence> writer = sequences.writer(conf, path, SEQUENCES_OF_GROUP)) {
            long[] next = {0};
            filler.accept(
                tokens -> unchecked(() -> writer.write(new Sequence(shard, next[0]++, tokens))));
          }
        });
  }

  /** Sequences {@code [first, first + count)} of a shard, each with its tokens. */
  public int[][] readSequences(String shard, long first, int count) throws IOException {
    int[][] found = new int[count][];
    var column = longColumn("sequence");
    var range = and(gtEq(column, first), lt(column, first + count));
    sequences.read(
        conf,
        new Path(root, "sequences/" + slug(shard) + ".parquet"),
        Optional.of(range),
        sequence -> found[(int) (sequence.index() - first)] = sequence.tokens());
    return found;
  }

  /** Writes what a slice taught: sums of every block, in order of block. */
  public void writeSums(SliceId slice, List<Map<Role, RoleSketch>> blocks) throws IOException {
    write(
        "sums",
        slice,
        path -> {
          try (ParquetWriter<SumsRow> writer = sums.writer(conf, path, SumsTable.ROWS_OF_BLOCK)) {
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
  public void writeRows(SliceId slice, List<Map<Role, List<SampledRow>>> blocks)
      throws IOException {
    int rowsOfBlock = blocks.get(0).values().stream().mapToInt(List::size).sum();
    write(
        "rows",
        slice,
        path -> {
          try (ParquetWriter<StoredRow> writer =
              rows.writer(conf, path, Math.max(1, rowsOfBlock))) {
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

  private void write(String table, SliceId slice, AtomicFiles.Writer writer) throws IOException {
    AtomicFiles.write(conf, root, file(table, slice), writer);
  }

  /**
   * The sums of one block over the given slices, one fold a role.
   *
   * @throws InputException if a slice's file lacks the block
   */
  public Map<Role, SketchFold> readSums(List<SliceId> slices, int block) throws IOException {
    Map<Role, SketchFold> folds = new EnumMap<>(Role.class);
    for (SliceId slice : slices) {
      List<SumsRow> found = new ArrayList<>();
      sums.read(conf, path("sums", slice), onlyBlock(block), found::add);
      for (Role role : Role.values()) {
        RoleSketch sketch =
            new RoleSketch(
                stratum(found, role, true, slice, block),
                stratum(found, role, false, slice, block));
        folds.computeIfAbsent(role, r -> new SketchFold(sketch.channels())).add(slice, sketch);
      }
    }
    return folds;
  }

  private dev.foresight.sketch.ChannelSums stratum(
      List<SumsRow> found, Role role, boolean first, SliceId slice, int block) {
    return found.stream()
        .filter(row -> row.role() == role && row.first() == first)
        .map(SumsRow::sums)
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    "%s lacks %s of block %d: the store is damaged, calibrate again."
                        .formatted(path("sums", slice), role.key(), block)));
  }

  /** The sampled rows of one block over the given slices. */
  public Map<Role, List<SampledRow>> readRows(List<SliceId> slices, int block) throws IOException {
    Map<Role, List<SampledRow>> found = new EnumMap<>(Role.class);
    for (SliceId slice : slices) {
      rows.read(
          conf,
          path("rows", slice),
          onlyBlock(block),
          stored -> found.computeIfAbsent(stored.role(), r -> new ArrayList<>()).add(stored.row()));
    }
    return found;
  }

  private static Optional<org.apache.parquet.filter2.predicate.FilterPredicate> onlyBlock(
      int block) {
    return Optional.of(eq(intColumn("block"), block));
  }

  private Path path(String table, SliceId slice) {
    return new Path(root, file(table, slice));
  }

  private static String file(String table, SliceId slice) {
    return "%s/%s.%05d.parquet".formatted(table, slug(slice.shard()), slice.index());
  }

  /** A file name for a shard id: readers skip names that begin with a dot or an underscore. */
  private static String slug(String shard) {
    String name = URLEncoder.encode(shard, StandardCharsets.UTF_8);
    return switch (name.charAt(0)) {
      case '.' -> "%2E" + name.substring(1);
      case '_' -> "%5F" + name.substring(1);
      default -> name;
    };
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
