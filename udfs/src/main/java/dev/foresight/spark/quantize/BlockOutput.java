package dev.foresight.spark.quantize;

import dev.foresight.export.Container;
import dev.foresight.export.WeightDigest;
import dev.foresight.export.WeightFiles;
import dev.foresight.model.Model;
import dev.foresight.quantize.BlockResult;
import dev.foresight.quantize.BlockWeights;
import dev.foresight.quantize.LinearReport;
import dev.foresight.spark.io.UnfinishedOutput;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** What is written of a block that was quantized, or of some of its linears. */
final class BlockOutput {
  private BlockOutput() {}

  /** {@link WeightDigest} of each quantized linear, by path, as readers get it. */
  static Map<String, String> digests(Container container, BlockResult result) {
    Map<String, String> digests = new TreeMap<>();
    result
        .linears()
        .forEach((path, linear) -> digests.put(path, WeightDigest.of(container.read(linear))));
    return digests;
  }

  /** All tensors of it. */
  static List<NamedTensor> tensors(
      Container container, Model model, int block, BlockWeights weights, BlockResult result) {
    List<NamedTensor> tensors = new ArrayList<>();
    result
        .linears()
        .forEach(
            (path, linear) ->
                tensors.addAll(
                    container.tensors(model.architecture().tensorName(block, path), linear)));
    result
        .floats()
        .forEach(
            (path, matrix) ->
                tensors.add(
                    NamedTensor.ofFloats(
                        TensorInfo.of(
                            model.architecture().tensorName(block, path + ".weight"),
                            weights.type(path + ".weight"),
                            matrix.rows(),
                            matrix.columns()),
                        matrix.values())));
    result
        .vectors()
        .forEach(
            (path, vector) ->
                tensors.add(
                    NamedTensor.ofFloats(
                        TensorInfo.of(
                            model.architecture().tensorName(block, path),
                            weights.type(path),
                            vector.length),
                        vector)));
    return tensors;
  }

  /**
   * Writes a block's file and leaves a record of it for a run that takes over.
   *
   * @param linears one report each
   * @param weights as {@link #digests} gives them
   * @param seconds that it took
   */
  static QuantizedBlock write(
      Task task,
      Model model,
      int block,
      List<NamedTensor> tensors,
      List<LinearReport> linears,
      Map<String, String> weights,
      double seconds,
      Configuration conf)
      throws IOException {
    String file = new WeightFiles(model.config().blocks()).ofBlock(block);
    UnfinishedOutput output = new UnfinishedOutput(task.output());
    WrittenFile written = output.write(file, out -> SafetensorsWriter.write(tensors, out), conf);
    QuantizedBlock done =
        new QuantizedBlock(
            block,
            file,
            written,
            tensors.stream().map(NamedTensor::info).toList(),
            linears,
            weights,
            seconds);
    output.record(block, done, conf);
    return done;
  }
}
