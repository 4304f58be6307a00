package dev.foresight.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What all blocks are fed with beside the residual stream of one batch: native, so closed. */
final class BatchInputs implements AutoCloseable {
  private final int sequences;
  private final int length;
  private final int channels;
  private final int rows;
  private final Map<String, OnnxTensor> inputs = new HashMap<>();

  /**
   * @param channels of the residual stream
   * @param rows numbers of the tokens of this batch whose rows are wanted
   */
  BatchInputs(int sequences, int length, int channels, RopeTable rope, long[] rows) {
    this.sequences = sequences;
    this.length = length;
    this.channels = channels;
    this.rows = rows.length;
    try {
      for (int i = 0; i < rope.ropes(); i++) {
        inputs.put(BlockGraph.cosines(i), floats(rope.cosines(i, length), length, rope.pairs(i)));
        inputs.put(BlockGraph.sines(i), floats(rope.sines(i, length), length, rope.pairs(i)));
      }
      inputs.put(BlockGraph.POSITIONS, longs(positions(), sequences, length));
      inputs.put(BlockGraph.STRATA, floats(strata(), 2, tokens()));
      inputs.put(BlockGraph.ROWS, longs(LongBuffer.wrap(rows), rows.length));
    } catch (OrtException e) {
      close();
      throw new OnnxException("ONNX Runtime can't make the inputs of a batch", e);
    }
  }

  int sequences() {
    return sequences;
  }

  int tokens() {
    return sequences * length;
  }

  /** Tokens whose rows are wanted. */
  int rows() {
    return rows;
  }

  /** The residual stream as a tensor over a direct buffer, not copied. */
  OnnxTensor hidden(FloatBuffer values) throws OrtException {
    return floats(values, sequences, length, channels);
  }

  /** Inputs by name, those that a graph asks for. */
  Map<String, OnnxTensor> shared(Set<String> wanted) {
    Map<String, OnnxTensor> shared = new HashMap<>(inputs);
    shared.keySet().retainAll(wanted);
    return shared;
  }

  /** Copies of all inputs, by name. */
  List<NamedTensor> tensors() {
    return inputs.entrySet().stream().map(input -> copy(input.getKey(), input.getValue())).toList();
  }

  private static NamedTensor copy(String name, OnnxTensor tensor) {
    DType type = tensor.getInfo().type == OnnxJavaType.INT64 ? DType.I64 : DType.F32;
    TensorInfo info = TensorInfo.of(name, type, tensor.getInfo().getShape());
    ByteBuffer bytes = tensor.getByteBuffer();
    return new NamedTensor(info, bytes::duplicate);
  }

  private LongBuffer positions() {
    LongBuffer positions = LongBuffer.allocate(tokens());
    for (int i = 0; i < tokens(); i++) {
      positions.put(i, i % length);
    }
    return positions;
  }

  private FloatBuffer strata() {
    FloatBuffer strata = FloatBuffer.allocate(2 * tokens());
    for (int i = 0; i < tokens(); i++) {
      boolean first = i % length == 0;
      strata.put(i, first ? 0 : 1);
      strata.put(tokens() + i, first ? 1 : 0);
    }
    return strata;
  }

  private static OnnxTensor floats(FloatBuffer values, long... shape) throws OrtException {
    return OnnxTensor.createTensor(OnnxEnvironment.get(), values, shape);
  }

  private static OnnxTensor longs(LongBuffer values, long... shape) throws OrtException {
    return OnnxTensor.createTensor(OnnxEnvironment.get(), values, shape);
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
  }
}
