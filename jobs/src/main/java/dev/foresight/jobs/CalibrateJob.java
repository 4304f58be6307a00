package dev.foresight.jobs;

import dev.foresight.InputException;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.CorpusReader;
import dev.foresight.spark.Execution;
import dev.foresight.spark.ExecutorModel;
import dev.foresight.spark.Locations;
import dev.foresight.spark.ModelFingerprint;
import dev.foresight.spark.ModelFolders;
import dev.foresight.spark.ShardPacker;
import dev.foresight.spark.SliceCalibrator;
import dev.foresight.spark.SliceCalibrator.CalibratedSlice;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.PackingSettings;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Text to sketches: packs every shard, then runs one task a slice. */
final class CalibrateJob {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final String location;
  private final PackingSettings packing;
  private final SketchSettings settings;
  private final Execution execution;
  private final PrintWriter out;

  CalibrateJob(
      SparkSession session,
      String model,
      PackingSettings packing,
      SketchSettings settings,
      Execution execution,
      PrintWriter out)
      throws IOException {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.location = Locations.qualify(model, conf);
    this.packing = packing;
    this.settings = settings;
    this.execution = execution;
    this.out = out;
  }

  /**
   * Writes a store.
   *
   * @param sequencesPerShard 0 for all
   * @throws InputException if anything is refused; the store's folder is then left without a trace
   */
  void run(String corpus, String column, long sequencesPerShard, String sketches, boolean overwrite)
      throws IOException {
    ModelFolder folder = ModelFolders.open(location, conf);
    ModelConfig config;
    try (Model model = Model.of(folder, ExportedCheckpoints.open(folder));
        Tokenizer tokenizer = Tokenizer.open(folder)) {
      config = model.config();
      requireLength(config);
    }
    Dataset<Row> text = new CorpusReader(session).read(corpus, column);
    SketchStore store = new SketchStore(conf, Locations.qualify(sketches, conf));
    store.target().prepare("--sketches", overwrite);
    try {
      calibrate(ModelFingerprint.of(folder), config, text, sequencesPerShard, store);
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      if (ErrorHandler.refusal(e).isPresent()) {
        store.target().remove();
      }
      throw e;
    }
  }

  private void calibrate(
      ModelFingerprint fingerprint,
      ModelConfig config,
      Dataset<Row> text,
      long sequencesPerShard,
      SketchStore store)
      throws IOException {
    long started = System.nanoTime();
    var serializable = new SerializableConfiguration(conf);
    String root = store.root().toString();
    long limit = sequencesPerShard == 0 ? Long.MAX_VALUE : sequencesPerShard;
    spark.setJobGroup("pack", "Order, tokenize and pack the documents of each shard");
    List<PackedShard> shards =
        new ShardPacker(location, root, packing, limit, serializable)
            .pack(text, spark.defaultParallelism());
    List<Manifest.Slice> slices = slices(shards);
    printShards(shards);
    if (slices.isEmpty()) {
      throw new InputException(
          "No shard has the %d tokens of one sequence: add text or lower --sequence-length."
              .formatted(packing.sequenceLength()));
    }

    long packed = System.nanoTime();
    spark.setJobGroup("calibrate", "Run the blocks of %s over each slice".formatted(location));
    var key =
        new ExecutorModel.Key(
            location, fingerprint.sha256(), true, execution, spark.defaultParallelism());
    List<CalibratedSlice> done =
        spark
            .parallelize(slices, slices.size())
            .map(new SliceCalibrator(key, root, settings, packing.seed(), serializable))
            .collect();
    store.commit(manifest(fingerprint, config, shards, slices, done));
    long tokens = tokens(slices);
    double seconds = (System.nanoTime() - packed) / 1e9;
    out.printf(
        "Calibrated %,d tokens in %.1f s (%.0f tokens/s, packing %.1f s) into %s%n",
        tokens, seconds, tokens / seconds, (packed - started) / 1e9, root);
    out.flush();
  }

  private void requireLength(ModelConfig config) {
    if (packing.sequenceLength() > config.maxPositions()) {
      throw new InputException(
          "--sequence-length %d is beyond the %d positions of %s: choose at most that."
              .formatted(packing.sequenceLength(), config.maxPositions(), location));
    }
  }

  /** Consecutive sequences of a shard, the last slice shorter. */
  private List<Manifest.Slice> slices(List<PackedShard> shards) {
    List<Manifest.Slice> slices = new ArrayList<>();
    for (PackedShard shard : shards) {
      int index = 0;
      for (long first = 0; first < shard.sequences(); first += settings.slice()) {
        int count = (int) Math.min(settings.slice(), shard.sequences() - first);
        slices.add(new Manifest.Slice(shard.id(), index++, first, count));
      }
    }
    return slices;
  }

  private long tokens(List<Manifest.Slice> slices) {
    return slices.stream().mapToLong(Manifest.Slice::sequences).sum() * packing.sequenceLength();
  }

  private Manifest manifest(
      ModelFingerprint fingerprint,
      ModelConfig config,
      List<PackedShard> shards,
      List<Manifest.Slice> slices,
      List<CalibratedSlice> done)
      throws IOException {
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      channels.put(role, role.channels(config));
    }
    TreeSet<String> cpus =
        done.stream().map(CalibratedSlice::cpu).collect(Collectors.toCollection(TreeSet::new));
    return new Manifest(
        Manifest.FORMAT,
        Manifest.VERSION,
        fingerprint,
        config.blocks(),
        channels,
        packing,
        settings,
        Version.of("onnxruntime"),
        cpus,
        shards,
        slices);
  }

  private void printShards(List<PackedShard> shards) {
    out.printf(
        "%-24s %10s %10s %12s %10s %10s%n",
        "shard", "documents", "used", "tokens", "sequences", "dropped");
    for (PackedShard s : shards) {
      out.printf(
          "%-24s %,10d %,10d %,12d %,10d %,10d%s%n",
          s.id(),
          s.documents(),
          s.usedDocuments(),
          s.documentTokens(),
          s.sequences(),
          s.droppedTokens(),
          s.withoutText() + s.emptyDocuments() == 0
              ? ""
              : "  (%d without text, %d empty)".formatted(s.withoutText(), s.emptyDocuments()));
    }
    out.flush();
  }
}
