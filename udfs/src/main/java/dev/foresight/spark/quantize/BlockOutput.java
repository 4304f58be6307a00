package dev.foresight.spark.quantize;

import dev.foresight.export.Container;
import dev.foresight.export.WeightDigest;
import dev.foresight.model.Model;
import dev.foresight.quantize.BlockResult;
import dev.foresight.quantize.BlockWeights;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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
}
