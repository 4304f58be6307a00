package dev.foresight.spark.quantize;

import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.export.WeightDigest;
import dev.foresight.importance.TokenWeights;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxMatrixProduct;
import dev.foresight.quantize.BlockParts;
import dev.foresight.quantize.BlockQuantizer;
import dev.foresight.quantize.BlockResult;
import dev.foresight.quantize.BlockWeights;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that quantizes one block: reads its weights by range, searches under the broadcast
 * scores, writes its file. Only reports travel back.
 */
public final class BlockQuantization
    implements Function<Integer, BlockQuantization.QuantizedBlock> {
  private static final long serialVersionUID = 1L;

  private final Task task;
  private final Broadcast<List<Scores>> scores;
  private final SerializableConfiguration conf;

  /**
   * What all blocks have in common.
   *
   * @param model the float model's folder
   * @param output the folder to write into
   * @param plan what becomes of the model
   * @param selection the sketches that count, or null where nothing is learnt from them
   */
  public record Task(String model, String output, QuantizationPlan plan, SketchSelection selection)
      implements Serializable {}

  /**
   * What the driver knows of one block.
   *
   * @param importance fused scores of each role
   * @param meanSquare E[x²] of each role
   * @param tokens how much the tokens of the rows count, null where all count alike
   */
  public record Scores(
      Map<Role, double[]> importance, Map<Role, double[]> meanSquare, TokenWeights tokens)
      implements Serializable {}

  /**
   * What became of a block.
   *
   * @param block its number
   * @param file name of the file written
   * @param written its size and hash
   * @param tensors what is in it
   * @param linears one report each
   * @param weights {@link WeightDigest} of each quantized linear, by path, as readers get it
   * @param seconds that the task took
   */
  public record QuantizedBlock(
      int block,
      String file,
      WrittenFile written,
      List<TensorInfo> tensors,
      List<LinearReport> linears,
      Map<String, String> weights,
      double seconds)
      implements Serializable {}

  /**
   * @param scores of every block, empty where nothing is searched
   */
  public BlockQuantization(
      Task task, Broadcast<List<Scores>> scores, SerializableConfiguration conf) {
    this.task = task;
    this.scores = scores;
    this.conf = conf;
  }

  @Override
  public QuantizedBlock call(Integer block) throws IOException {
    long started = System.nanoTime();
    ModelFolder folder = ModelFolders.open(task.model(), conf.value());
    try (Model model = ExportedCheckpoints.model(folder);
        OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      Container container = Containers.named(task.plan().container());
      BlockWeights weights = BlockParts.read(model, block, container.floatType());
      BlockResult result =
          BlockQuantizer.quantize(
              weights,
              BlockParts.groups(model),
              BlockKnowledge.of(task, block, scores.value(), conf.value()),
              task.plan().grids().ofBlock(weights.path()),
              task.plan().search(),
              product,
              TaskContext.get().cpus());
      List<NamedTensor> tensors = BlockOutput.tensors(container, model, block, weights, result);
      return BlockOutput.write(
          task,
          model,
          block,
          tensors,
          result.reports(),
          BlockOutput.digests(container, result),
          (System.nanoTime() - started) / 1e9,
          conf.value());
    }
  }
}
