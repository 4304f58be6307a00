package dev.foresight.spark;

import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.calibrate.CalibrationCounters;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.calibrate.PackedText;
import dev.foresight.spark.calibrate.SliceCalibrator;
import dev.foresight.spark.calibrate.SliceTask;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoreFingerprint;
import dev.foresight.spark.store.StoreRun;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.MappedFile;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.IOException;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.util.LongAccumulator;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The random Llama of core/src/test/python/llama_goldens.py, what transformers 5.23.0 computed with
 * it, and a store that is calibrated on the same three sequences: two in shard a, one in shard b,
 * each a slice of its own. Calibrated once for all tests of a JVM, which only read it.
 */
public final class CalibratedLlama {
  public static final Path MODEL =
      Path.of("../core/src/test/resources/onnx/llama").toAbsolutePath().normalize();
  public static final int BLOCKS = 3;
  public static final int LENGTH = 40;
  public static final int CHANNELS = 64; // of the residual stream
  public static final double NORM_EPSILON = 1e-5;
  public static final Configuration CONF = new Configuration();

  /** Sampled rows that a slice keeps, and a shard after it. */
  public static final int ROWS = 12;

  private static final Map<String, Integer> SEQUENCES = Map.of("a", 2, "b", 1);
  private static final SketchSettings SKETCH = new SketchSettings(1, ROWS, 1);
  private static Path scratch;
  private static String fingerprint;

  private CalibratedLlama() {}

  /** The store. */
  public static synchronized String store() throws IOException {
    if (scratch == null) {
      Path folder = temporary();
      calibrate(folder.resolve("store").toString(), folder.resolve("cache").toString());
      scratch = folder;
    }
    return scratch.resolve("store").toString();
  }

  public static Manifest manifest() throws IOException {
    return new SketchStore(CONF, store()).manifest();
  }

  /** All of the store, with so many rows of it. */
  public static SketchSelection selection(FirstPosition first, int rows) throws IOException {
    return DataSelection.of(DataChoice.all(first), store(), manifest(), List.of(), rows);
  }

  /** The model as tasks ask for it. */
  public static ExecutorModel.Key key() throws IOException {
    store();
    return key(scratch.resolve("cache").toString());
  }

  private static ExecutorModel.Key key(String cache) {
    Execution execution = new Execution(Execution.Memory.RESIDENT, Precision.FP32, cache);
    return new ExecutorModel.Key(MODEL.toString(), fingerprint, execution, 1);
  }

  public static SerializableConfiguration conf() {
    return new SerializableConfiguration(CONF);
  }

  /** What transformers computed; {@code hidden.b} of all three sequences is in front of block b. */
  public static Checkpoint golden() throws IOException {
    return SafetensorsFile.open(MappedFile.open(MODEL.resolve("golden.safetensors")));
  }

  public static float[] golden(String name) throws IOException {
    try (Checkpoint golden = golden()) {
      return golden.floats(name);
    }
  }

  public static float[] weight(String name) throws IOException {
    try (Model model = Model.open(new LocalModelFolder(MODEL))) {
      return model.checkpoint().floats(name);
    }
  }

  /** The sequences, [3, LENGTH]. */
  public static int[][] ids() throws IOException {
    try (Checkpoint golden = golden()) {
      IntBuffer stored = golden.bytes("ids").asIntBuffer();
      int[][] ids = new int[stored.remaining() / LENGTH][LENGTH];
      for (int[] sequence : ids) {
        stored.get(sequence);
      }
      return ids;
    }
  }

  /** Number among all sequences of a shard's. */
  public static int sequence(String shard, long index) {
    return (int) (shard.equals("a") ? index : 2 + index);
  }

  /** x / sqrt(mean x² + ε) · w of one token: RMSNorm (arXiv 1910.07467), in double. */
  public static double[] norm(float[] hidden, int token, float[] weight) {
    double squares = 0;
    for (int j = 0; j < CHANNELS; j++) {
      squares += (double) hidden[token * CHANNELS + j] * hidden[token * CHANNELS + j];
    }
    double root = Math.sqrt(squares / CHANNELS + NORM_EPSILON);
    double[] normed = new double[CHANNELS];
    for (int j = 0; j < CHANNELS; j++) {
      normed[j] = hidden[token * CHANNELS + j] / root * weight[j];
    }
    return normed;
  }

  /** Root mean square of the difference over that of what is wanted. */
  public static double relativeError(float[] found, double[] wanted) {
    if (found.length != wanted.length) {
      throw new AssertionError("%d numbers, not %d".formatted(found.length, wanted.length));
    }
    double difference = 0;
    double size = 0;
    for (int i = 0; i < wanted.length; i++) {
      difference += (found[i] - wanted[i]) * (found[i] - wanted[i]);
      size += wanted[i] * wanted[i];
    }
    return Math.sqrt(difference / size);
  }

  public static double relativeError(float[] found, float[] wanted) {
    double[] doubles = new double[wanted.length];
    Arrays.setAll(doubles, i -> wanted[i]);
    return relativeError(found, doubles);
  }

  private static void calibrate(String root, String cache) throws IOException {
    ModelFingerprint model = ModelFingerprint.of(new LocalModelFolder(MODEL));
    fingerprint = model.sha256();
    Map<Role, Integer> channels = new EnumMap<>(Role.class);
    try (Model opened = Model.open(new LocalModelFolder(MODEL))) {
      for (Role role : Role.values()) {
        channels.put(role, role.channels(opened.config()));
      }
    }
    StoreFingerprint store =
        StoreFingerprint.of(
            model,
            BLOCKS,
            channels,
            new PackingSettings(LENGTH, Bos.AUTO, "eos", 7),
            SKETCH,
            Precision.FP32);
    SliceCalibrator calibrator =
        new SliceCalibrator(key(cache).measuring(SKETCH), root, store, false, counters(), conf());
    TargetFolder target =
        new Footprint()
            .writesFolder("--sketches", root, FolderKind.STORE, false)
            .folder("--sketches", CONF);
    try (StoreRun run = StoreRun.open(target, store)) {
      List<StoredShard> shards = new ArrayList<>();
      for (String shard : new TreeSet<>(SEQUENCES.keySet())) {
        shards.add(calibrate(shard, new SketchStore(CONF, root), calibrator));
      }
      run.commit(shards, new TreeSet<>(), new TreeSet<>());
    }
  }

  private static StoredShard calibrate(String shard, SketchStore store, SliceCalibrator calibrator)
      throws IOException {
    int[][] ids = ids();
    int count = SEQUENCES.get(shard);
    StoredFile text =
        store.writeSequences(
            shard,
            sink -> {
              for (int s = 0; s < count; s++) {
                sink.accept(ids[sequence(shard, s)]);
              }
            });
    PackedShard packed =
        new PackedShard(shard, 1, 0, 0, 1, 0, (long) count * LENGTH, count, 0, "feed");
    List<StoredSlice> slices = new ArrayList<>();
    for (SliceTask task : SliceTask.of(new PackedText(packed, text, null), SKETCH)) {
      slices.add(calibrator.call(task).slice());
    }
    return new StoredShard(packed, text, slices, 0);
  }

  /** Counters that no Spark shows. */
  public static CalibrationCounters counters() {
    return new CalibrationCounters(
        new LongAccumulator(), new LongAccumulator(), new LongAccumulator());
  }

  private static Path temporary() throws IOException {
    Path folder = Files.createTempDirectory("foresight-calibrated-llama");
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(folder.toFile())));
    return folder;
  }
}
