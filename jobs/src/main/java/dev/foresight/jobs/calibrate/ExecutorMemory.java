package dev.foresight.jobs.calibrate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.cli.ExecutorCores;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.Statistic;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.network.util.JavaUtils;

/**
 * What an executor needs beside the JVM's own: blocks and their scratch space lie outside the heap,
 * hidden states and sketches on it. An estimate, made to be somewhat too large.
 *
 * @param blocks bytes of the blocks that are kept, as fp32; they are mapped from a local cache, and
 *     resource managers count what is resident of it
 * @param scratch bytes that the batches under way need outside the heap, all tasks together
 * @param heap bytes of hidden states and sketches, all tasks together
 * @param tasks at once in an executor
 */
record ExecutorMemory(long blocks, long scratch, long heap, int tasks) {
  private static final long MIB = 1 << 20;
  private static final long SPARK_LEAST_MIB = 384; // what Spark itself keeps for the JVM
  private static final String OVERHEAD = "spark.executor.memoryOverhead";

  static ExecutorMemory of(ModelFolder folder, CalibrateJob.Request request, SparkConf conf)
      throws IOException {
    try (Model model = ExportedCheckpoints.model(folder)) {
      ModelConfig config = model.config();
      int tasks = ExecutorCores.tasks(conf);
      long block =
          model.architecture().blockTensors(config).values().stream()
              .mapToLong(shape -> elements(shape) * Float.BYTES)
              .sum();
      int kept =
          request.execution().memory() == Execution.Memory.RESIDENT
              ? config.blocks()
              : Math.min(tasks, config.blocks());
      return new ExecutorMemory(
          kept * block,
          tasks * scratch(config, request.packing().sequenceLength()),
          tasks * heap(config, request),
          tasks);
    }
  }

  private static long elements(List<Long> shape) {
    return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
  }

  /** The stream in and out, the roles' inputs, and the attention scores of one batch. */
  private static long scratch(ModelConfig config, int length) {
    long tokens = Math.max(length, RunnerSettings.resident().batchTokens() / length * length);
    long perToken =
        8L * config.hidden() + 4L * config.intermediate() + 2L * config.heads() * length;
    return tokens * perToken * Float.BYTES;
  }

  private static long heap(ModelConfig config, CalibrateJob.Request request) {
    long hidden =
        (long) request.sketch().slice()
            * request.packing().sequenceLength()
            * config.hidden()
            * Float.BYTES;
    return hidden + kept(config, request.sketch());
  }

  /** Bytes that a slice keeps of all blocks, in memory and then in the store. */
  static long kept(ModelConfig config, SketchSettings sketch) {
    long block = 0;
    for (Statistic<?> statistic : Statistics.kept(sketch)) {
      if (statistic.ofRoles()) {
        for (Role role : Role.values()) {
          block += statistic.heapBytes(role.channels(config), sketch);
        }
      } else {
        block += statistic.heapBytes(config.hidden(), sketch);
      }
    }
    return config.blocks() * block;
  }

  /** What {@code spark.executor.memoryOverhead} has to be, in MiB. */
  long overheadMib() {
    return SPARK_LEAST_MIB + (blocks + scratch) * 11 / 10 / MIB;
  }

  /**
   * Refuses to start where a resource manager would kill the executors.
   *
   * @throws InputException naming the setting, if the containers are too small
   */
  void requireEnough(SparkConf conf) {
    String master = conf.get("spark.master", "local");
    if (!master.startsWith("yarn") && !master.startsWith("k8s")) {
      return; // nobody there counts the memory of a process
    }
    long given = givenMib(conf);
    if (given < overheadMib()) {
      throw new InputException(
          Words.format(
              "%s is %d MiB, but the blocks and batches of %d tasks need about %d MiB outside the heap: set --conf %s=%dm, give an executor fewer cores, or pass --memory streaming.",
              OVERHEAD, given, tasks, overheadMib(), OVERHEAD, overheadMib()));
    }
  }

  private static long givenMib(SparkConf conf) {
    if (conf.contains(OVERHEAD)) {
      return JavaUtils.byteStringAsMb(conf.get(OVERHEAD));
    }
    double factor = conf.getDouble("spark.executor.memoryOverheadFactor", 0.1);
    long executor = JavaUtils.byteStringAsMb(conf.get("spark.executor.memory", "1g"));
    return Math.max(SPARK_LEAST_MIB, (long) (factor * executor));
  }
}
