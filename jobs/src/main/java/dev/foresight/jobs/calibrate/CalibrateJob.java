package dev.foresight.jobs.calibrate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.jobs.cli.ProgressLine;
import dev.foresight.jobs.cli.Version;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Granularity;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.calibrate.CalibrationCounters;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.calibrate.PackedText;
import dev.foresight.spark.calibrate.ShardPacker;
import dev.foresight.spark.calibrate.SliceCalibrator;
import dev.foresight.spark.calibrate.SliceTask;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.store.FinishedSlice;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.ShardFolder;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoreRun;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.PackingSettings;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Text to sketches: packs every shard, then runs one task a slice that is not there yet. */
public final class CalibrateJob {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final PrintWriter out;

  public CalibrateJob(SparkSession session, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.out = out;
  }

  /**
   * What is asked for.
   *
   * @param corpus which text
   * @param sequencesPerShard 0 for all
   * @param sketches folder of the store
   * @param keepTokenIds whether the store keeps the token ids
   * @param skipBadSequences whether sequences that are not finite are left out
   * @param overwrite whether a store that is there is removed first
   */
  public record Request(
      String model,
      Corpus corpus,
      long sequencesPerShard,
      String sketches,
      PackingSettings packing,
      SketchSettings sketch,
      Execution execution,
      boolean keepTokenIds,
      boolean skipBadSequences,
      boolean overwrite) {

    /** What is read and written. */
    public Footprint footprint() {
      return footprint(new Footprint());
    }

    /** The same, added to what else the command reads. */
    public Footprint footprint(Footprint footprint) {
      footprint.reads("--model", model);
      corpus.addTo(footprint);
      return footprint
          .writesFolder("--sketches", sketches, FolderKind.STORE, overwrite)
          .addsToLocal("--cache", execution.cache());
    }

    /** Sequences wanted of each shard. */
    long limit() {
      return sequencesPerShard == 0 ? Long.MAX_VALUE : sequencesPerShard;
    }
  }

  /**
   * Writes a store, or adds to one.
   *
   * @throws InputException if anything is refused; a store that this run began is then removed, one
   *     that was there holds what it held
   */
  public void run(Request request) throws IOException {
    String location = Locations.qualify(request.model(), conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    ModelConfig config = config(request, folder);
    ExecutorMemory.of(folder, request, spark.getConf()).requireEnough(spark.getConf());
    CorpusText text = request.corpus().read(session, folder);
    StoreFingerprint fingerprint =
        StoreFingerprint.of(
            ModelFingerprint.of(folder),
            config.blocks(),
            channels(config),
            request.packing(),
            request.sketch(),
            request.execution().precision());
    TargetFolder target = request.footprint().folder("--sketches", conf);
    try (StoreRun store = StoreRun.open(target, fingerprint)) {
      try {
        calibrate(request, location, text, store, target);
      } catch (Exception e) { // Spark throws checked exceptions that it does not declare
        if (ErrorHandler.refusal(e).isPresent()) {
          store.refused();
        }
        throw e;
      }
    }
  }

  /** The model's config, after everything that tasks will open was opened once. */
  static ModelConfig config(Request request, ModelFolder folder) throws IOException {
    try (Model model = ExportedCheckpoints.model(folder);
        Tokenizer tokenizer = Tokenizer.open(folder)) {
      int length = request.packing().sequenceLength();
      if (length > model.config().maxPositions()) {
        throw new InputException(
            Words.format(
                "--sequence-length %d is beyond the %d positions of %s: choose at most that.",
                length, model.config().maxPositions(), folder.location()));
      }
      return model.config();
    }
  }

  private static Map<Role, Integer> channels(ModelConfig config) {
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      channels.put(role, role.channels(config));
    }
    return channels;
  }

  private void calibrate(
      Request request, String location, CorpusText text, StoreRun store, TargetFolder target)
      throws IOException {
    String root = target.root().toString();
    CalibrationTimes times = new CalibrationTimes();
    spark.setJobGroup("pack", "Order, tokenize and pack the documents of each shard");
    List<PackedText> packed =
        new ShardPacker(
                location,
                root,
                request.packing(),
                request.limit(),
                request.keepTokenIds(),
                new SerializableConfiguration(conf))
            .pack(text, spark.defaultParallelism());
    times.packed();
    List<PackedShard> missing =
        store.missing(
            packed.stream().map(PackedText::shard).filter(s -> s.sequences() > 0).toList());
    CalibrationTable.print(packed, missing, out);
    text.emptyFiles().forEach(file -> out.printf(Locale.ROOT, "Note: %s is empty%n", file));
    if (packed.stream().allMatch(shard -> shard.shard().sequences() == 0)) {
      throw new InputException(
          Words.format(
              "No shard has the %d tokens of one sequence: add text or lower --sequence-length.",
              request.packing().sequenceLength()));
    }
    List<SliceTask> tasks =
        packed.stream()
            .filter(shard -> missing.contains(shard.shard()))
            .flatMap(shard -> SliceTask.of(shard, request.sketch()).stream())
            .toList();
    Map<SliceId, FinishedSlice> finished = finished(store, tasks);
    times.reused(finished.values());
    List<SliceTask> remaining =
        tasks.stream().filter(task -> !finished.containsKey(task.id())).toList();
    run(request, location, root, store, remaining)
        .forEach(done -> finished.put(done.slice().id(), done));
    TreeSet<String> cpus =
        finished.values().stream()
            .map(FinishedSlice::cpu)
            .collect(Collectors.toCollection(TreeSet::new));
    spark.setJobGroup("commit", Words.format("Publish %d shards", missing.size()));
    Manifest manifest =
        store.commit(
            folded(request, root, stored(packed, missing, finished)),
            new TreeSet<>(List.of(Version.of("onnxruntime"))),
            cpus);
    times.calibrated();
    new CalibrationReport(manifest, times, packed, missing).write(new OutputFolder(target), out);
  }

  private static Map<SliceId, FinishedSlice> finished(StoreRun store, List<SliceTask> tasks)
      throws IOException {
    Map<String, String> text = new TreeMap<>();
    tasks.forEach(task -> text.put(task.id().shard(), task.shardSha256()));
    return new TreeMap<>(store.finished(text, tasks.stream().map(SliceTask::id).toList()));
  }

  private List<FinishedSlice> run(
      Request request, String location, String root, StoreRun store, List<SliceTask> tasks) {
    if (tasks.isEmpty()) {
      return List.of();
    }
    spark.setJobGroup(
        "calibrate", Words.format("Run the blocks of %s over %,d slices", location, tasks.size()));
    CalibrationCounters counters = CalibrationCounters.register(spark.sc());
    long tokens =
        tasks.stream().mapToLong(SliceTask::sequences).sum() * request.packing().sequenceLength();
    var key =
        new ExecutorModel.Key(
                location,
                store.fingerprint().model().sha256(),
                request.execution(),
                spark.defaultParallelism())
            .measuring(request.sketch());
    try (ProgressLine progress = ProgressLine.start(counters, tokens)) {
      return spark
          .parallelize(tasks, tasks.size())
          .map(
              new SliceCalibrator(
                  key,
                  root,
                  store.fingerprint(),
                  request.skipBadSequences(),
                  counters,
                  new SerializableConfiguration(conf)))
          .collect();
    }
  }

  /** The shards with one file each of what is kept a shard. */
  private List<StoredShard> folded(Request request, String root, List<StoredShard> shards) {
    boolean any =
        Statistics.kept(request.sketch()).stream()
            .anyMatch(statistic -> statistic.granularity() == Granularity.SHARD);
    return any && !shards.isEmpty()
        ? spark
            .parallelize(shards, shards.size())
            .map(new ShardFolder(root, new SerializableConfiguration(conf)))
            .collect()
        : shards;
  }

  private static List<StoredShard> stored(
      List<PackedText> packed, List<PackedShard> missing, Map<SliceId, FinishedSlice> finished) {
    Map<String, List<StoredSlice>> slices = new TreeMap<>();
    finished.forEach( // in the order of slices
        (id, done) -> slices.computeIfAbsent(id.shard(), s -> new ArrayList<>()).add(done.slice()));
    return packed.stream()
        .filter(shard -> missing.contains(shard.shard()))
        .map(
            shard ->
                new StoredShard(
                    shard.shard(), shard.sequences(), slices.get(shard.shard().id()), 0))
        .toList();
  }
}
