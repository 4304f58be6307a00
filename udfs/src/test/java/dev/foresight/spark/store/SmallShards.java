package dev.foresight.spark.store;

import dev.foresight.Hashing;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.SampledPlaces;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import dev.foresight.sketch.TokenScalars;
import dev.foresight.sketch.Tokens;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;

/** Stores of two blocks with random sums, written without a model: slices of 2 sequences of 4. */
public final class SmallShards {
  static final Configuration CONF = new Configuration();
  static final int BLOCKS = 2;
  private static final int LENGTH = 4;
  private static final Map<Role, Integer> CHANNELS = new EnumMap<>(Role.class);

  static {
    for (Role role : Role.values()) {
      CHANNELS.put(role, 3 + role.ordinal());
    }
  }

  private SmallShards() {}

  /** Where a run writes that reads nothing else. */
  static TargetFolder target(String root) throws IOException {
    return new Footprint()
        .writesFolder("--sketches", root, FolderKind.STORE, false)
        .folder("--sketches", CONF);
  }

  static ModelFingerprint model() {
    return new ModelFingerprint(
        "feed", Map.of("config.json", "c0", "tokenizer.json", "70", "model.safetensors", "30"));
  }

  public static StoreFingerprint fingerprint() {
    return fingerprint(model(), LENGTH, 2);
  }

  static StoreFingerprint fingerprint(ModelFingerprint model, int length, int slice) {
    return StoreFingerprint.of(
        model,
        BLOCKS,
        CHANNELS,
        new PackingSettings(length, Bos.AUTO, "eos", 7),
        new SketchSettings(slice, 3, 1),
        Precision.FP32);
  }

  public static PackedShard packed(String id, int sequences, String text) {
    return new PackedShard(
        id,
        1,
        0,
        0,
        1,
        0,
        4L * sequences,
        sequences,
        0,
        Hashing.sha256Hex(text.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  /** Writes the files of a shard; what is in them follows from its text. */
  static StoredShard write(String root, PackedShard shard) throws IOException {
    SketchStore store = new SketchStore(CONF, root);
    StoredFile tokens =
        store.writeSequences(
            shard.id(),
            sink -> {
              for (int s = 0; s < shard.sequences(); s++) {
                sink.accept(new int[] {s, 10 + s, 20 + s, 30 + s});
              }
            });
    List<StoredSlice> slices = new ArrayList<>();
    for (int first = 0; first < shard.sequences(); first += 2) {
      slices.add(slice(store, shard, first).slice());
    }
    return new StoredShard(shard, tokens, slices, 0);
  }

  /** Writes one slice and leaves its record, as a task does. */
  static FinishedSlice slice(SketchStore store, PackedShard shard, int first) throws IOException {
    SliceId id = new SliceId(shard.id(), first / 2);
    int count = (int) Math.min(2, shard.sequences() - first);
    Random random = new Random(Hashing.xxHash64(first, shard.sha256()));
    List<Map<String, RoleSketch>> sums = new ArrayList<>();
    List<Map<String, List<SampledRow>>> rows = new ArrayList<>();
    List<Map<String, List<TokenScalars>>> tokens = new ArrayList<>();
    for (int block = 0; block < BLOCKS; block++) {
      Map<String, RoleSketch> roles = new TreeMap<>();
      Map<String, List<SampledRow>> sampled = new TreeMap<>();
      for (Role role : Role.values()) {
        int channels = CHANNELS.get(role);
        roles.put(
            role.key(),
            new RoleSketch(
                sums(count, channels, random), sums(count * (LENGTH - 1L), channels, random)));
        List<SampledRow> kept = new ArrayList<>();
        for (SampledPlaces.Place place :
            SampledPlaces.choose(
                7,
                shard.id(),
                java.util.stream.LongStream.range(first, first + count).boxed().toList(),
                LENGTH,
                3,
                1)) {
          float[] values = new float[channels];
          for (int j = 0; j < channels; j++) {
            values[j] = random.nextFloat();
          }
          kept.add(SampledRow.of(shard.id(), place, values));
        }
        sampled.put(role.key(), kept);
      }
      sums.add(roles);
      rows.add(sampled);
      tokens.add(Map.of(Statistic.BLOCK, tokens(sampled.get(Role.MLP_INPUT.key()))));
    }
    SortedMap<String, StoredFile> files = new TreeMap<>();
    store.write(Sums.SUMS, id, sums).ifPresent(file -> files.put("sums", file));
    store.write(Rows.ROWS, id, rows).ifPresent(file -> files.put("rows", file));
    store.write(Tokens.TOKENS, id, tokens).ifPresent(file -> files.put("tokens", file));
    FinishedSlice finished =
        new FinishedSlice(
            new StoredSlice(shard.id(), id.index(), first, count, List.of(), files), "amd64 avx2");
    store.record(fingerprint(), shard.sha256(), finished);
    return finished;
  }

  /** Numbers of the same tokens, made up from their rows. */
  private static List<TokenScalars> tokens(List<SampledRow> rows) {
    return rows.stream()
        .map(
            row ->
                new TokenScalars(
                    row.shard(),
                    row.sequence(),
                    row.position(),
                    row.key(),
                    1 + Math.abs(row.halves()[0]),
                    1f / (1 + row.position()),
                    0,
                    0))
        .toList();
  }

  private static ChannelSums sums(long tokens, int channels, Random random) {
    double[] absolute = new double[channels];
    double[] plain = new double[channels];
    double[] square = new double[channels];
    float[] maximum = new float[channels];
    for (int j = 0; j < channels; j++) {
      absolute[j] = random.nextDouble() * Math.exp(random.nextGaussian());
      plain[j] = random.nextGaussian();
      square[j] = random.nextDouble();
      maximum[j] = random.nextFloat();
    }
    return new ChannelSums(tokens, absolute, plain, square, maximum);
  }

  /** A whole run: opens, writes, commits, closes. */
  static void add(String root, PackedShard... shards) throws IOException {
    try (StoreRun run = StoreRun.open(target(root), fingerprint())) {
      commit(run, root, shards);
    }
  }

  static void commit(StoreRun run, String root, PackedShard... shards) throws IOException {
    List<StoredShard> written = new ArrayList<>();
    for (PackedShard shard : run.missing(List.of(shards))) {
      written.add(write(root, shard));
    }
    run.commit(written, new TreeSet<>(Set.of("1.28.0")), new TreeSet<>(Set.of("amd64 avx2")));
  }

  /** What a reader makes of whole shards: fused means and the shard's own sample of rows. */
  static Map<String, Object> statistics(String root) throws IOException {
    SketchStore store = new SketchStore(CONF, root);
    Manifest manifest = store.manifest();
    Map<String, Object> statistics = new TreeMap<>();
    for (int b = 0; b < BLOCKS; b++) {
      int block = b;
      store
          .readSums(manifest.slices(), block)
          .forEach(
              (role, fold) -> {
                for (var first : dev.foresight.sketch.FirstPosition.values()) {
                  var moments = fold.moments(first, Map.of("b", 0.3));
                  statistics.put(
                      "%d %s %s".formatted(block, role, first),
                      List.of(
                          moments.tokens(),
                          java.util.Arrays.toString(moments.meanAbs()),
                          java.util.Arrays.toString(moments.meanSquare()),
                          java.util.Arrays.toString(moments.maxAbs())));
                }
              });
      store
          .readRows(manifest.slices(), block)
          .forEach(
              (role, rows) -> {
                Map<String, long[]> tokens = new TreeMap<>();
                manifest.stored().forEach(s -> tokens.put(s.id(), manifest.tokensOf(s.id())));
                var mix =
                    dev.foresight.sketch.RowMix.of(
                        rows,
                        tokens,
                        Map.of(),
                        dev.foresight.sketch.FirstPosition.INCLUDE,
                        8,
                        manifest.sketch().rows());
                statistics.put(
                    "%d %s rows".formatted(block, role),
                    java.util.Arrays.toString(mix.rows().values())
                        + java.util.Arrays.toString(mix.weights()));
              });
    }
    return statistics;
  }
}
