package dev.foresight.spark.calibrate;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.generate.CachedModel;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;

/**
 * A model and its runner, one for all tasks of a JVM. Models that no task uses stay loaded for the
 * next one, at most {@value #IDLE} of them, so that a job over many variants of a model does not
 * keep them all in native memory.
 */
public final class ExecutorModel {
  private static final int IDLE = 2;
  private static final int STREAMED_BLOCKS_OF_TASK = 1;
  private static final Map<Key, ExecutorModel> LOADED = new LinkedHashMap<>(); // by last use

  /**
   * What a task asks for.
   *
   * @param location the model folder
   * @param fingerprint of its files, so that a folder written again is loaded again
   * @param statistics what the blocks measure, by name
   * @param execution how blocks run
   * @param tasks that may run at once in one JVM
   */
  public record Key(
      String location, String fingerprint, List<String> statistics, Execution execution, int tasks)
      implements java.io.Serializable {
    /** Blocks that measure nothing. */
    public Key(String location, String fingerprint, Execution execution, int tasks) {
      this(location, fingerprint, List.of(), execution, tasks);
    }

    /** The same, measuring what a calibration keeps. */
    public Key measuring(SketchSettings settings) {
      List<String> names = Statistics.kept(settings).stream().map(Statistic::name).toList();
      return new Key(location, fingerprint, names, execution, tasks);
    }

    private boolean shares(Key other) {
      return fingerprint.equals(other.fingerprint());
    }
  }

  private final Key key;
  private Model model;
  private BlockCache cache;
  private BlockRunner runner; // null until the model is loaded
  private CachedModel generating; // null until a task generates
  private int users;

  private ExecutorModel(Key key) {
    this.key = key;
  }

  /** Loads the model unless that is done; tasks of other models need not wait for it. */
  private synchronized void load(Configuration conf) throws IOException {
    if (runner != null) {
      return;
    }
    ModelFolder folder = ModelFolders.open(key.location(), conf);
    RunnerSettings settings =
        key.execution().memory() == Execution.Memory.RESIDENT
            ? RunnerSettings.resident()
            : RunnerSettings.streaming(STREAMED_BLOCKS_OF_TASK * key.tasks());
    List<Statistic<?>> measured = new ArrayList<>();
    key.statistics().forEach(name -> measured.add(Statistics.named(name)));
    settings = settings.with(key.execution().precision()).measuring(measured);
    model = ExportedCheckpoints.model(folder);
    cache = BlockCache.of(cacheRoot(key.execution()), key.fingerprint());
    runner = new BlockRunner(model, settings, cache);
  }

  /** The model's blocks with a cache of keys and values, opened by the first task that asks. */
  private synchronized CachedModel generating() throws IOException {
    if (generating == null) {
      generating = new CachedModel(model, key.execution().precision(), 1, cache);
    }
    return generating;
  }

  /** The folder that was asked for, else one that Spark removes when the application ends. */
  private static Path cacheRoot(Execution execution) {
    return execution.cache() == null
        ? Path.of(Utils.getLocalDir(SparkEnv.get().conf()), "foresight-blocks")
        : Path.of(execution.cache());
  }

  /** A task's hold on a model; closing it lets the model go, not away. */
  public static final class Lease implements AutoCloseable {
    private final ExecutorModel held;

    private Lease(ExecutorModel held) {
      this.held = held;
    }

    /** The model. */
    public Model model() {
      return held.model;
    }

    /** Its runner, shared with other tasks. */
    public BlockRunner runner() {
      return held.runner;
    }

    /** Its blocks with a cache of keys and values, shared likewise: all of them stay open. */
    public CachedModel generating() throws IOException {
      return held.generating();
    }

    @Override
    public void close() {
      synchronized (LOADED) {
        held.users--;
      }
    }
  }

  /**
   * The model of this JVM for a key, loaded by the first task that asks.
   *
   * @throws dev.foresight.InputException if the folder is refused
   */
  public static Lease acquire(Key key, Configuration conf) throws IOException {
    ExecutorModel held;
    synchronized (LOADED) {
      held = LOADED.remove(key);
      if (held == null) {
        closeIdle(IDLE - 1);
        held = new ExecutorModel(key);
      }
      LOADED.put(key, held);
      held.users++;
    }
    try {
      held.load(conf);
    } catch (IOException | RuntimeException | Error e) {
      held.abandon();
      throw e;
    }
    return new Lease(held);
  }

  /** Forgets a model that could not be loaded, unless another task is trying. */
  private void abandon() {
    synchronized (LOADED) {
      if (--users == 0) {
        LOADED.remove(key, this);
      }
    }
  }

  /** Closes the models that nobody uses, the longest unused first, until so many are left. */
  private static void closeIdle(int keep) throws IOException {
    List<Key> idle = new ArrayList<>();
    LOADED.forEach(
        (key, held) -> {
          if (held.users == 0) {
            idle.add(key);
          }
        });
    for (int i = 0; i < idle.size() - keep; i++) {
      Key key = idle.get(i);
      ExecutorModel closed = LOADED.remove(key);
      closed.close();
      if (key.execution().cache() == null && LOADED.keySet().stream().noneMatch(key::shares)) {
        closed.cache.remove(); // or the blocks of many variants would fill the disk
      }
    }
  }

  private synchronized void close() throws IOException {
    try (Closeable tensors = model;
        BlockRunner blocks = runner;
        CachedModel cached = generating) {
      // in the order of their need of each other
    }
  }
}
