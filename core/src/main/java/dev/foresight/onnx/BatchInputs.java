package dev.foresight.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What all blocks are fed with beside the residual stream of one batch: native, so closed. */
final class BatchInputs implements AutoCloseable {
  private final int sequences;
  private final int length;
  private final int channels;
  private final Map<String, OnnxTensor> rotary = new HashMap<>();
  private final Map<String, OnnxTensor> measuring = new HashMap<>();

  /**
   * @param channels of the residual stream
   * @param rows numbers of the tokens of this batch whose rows are wanted
   */
  BatchInputs(int sequences, int length, int channels, RopeTable rope, long[] rows) {
    this.sequences = sequences;
    this.length = length;
    this.channels = channels;
    try {
      long pairs = rope.cosines(length).remaining() / length;
      rotary.put(BlockGraph.COSINES, floats(rope.cosines(length), length, pairs));
      rotary.put(BlockGraph.SINES, floats(rope.sines(length), length, pairs));
      rotary.put(BlockGraph.POSITIONS, longs(positions(), sequences, length));
      measuring.put(BlockGraph.STRATA, floats(strata(), 2, tokens()));
      measuring.put(BlockGraph.ROWS, longs(LongBuffer.wrap(rows), rows.length));
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

  /** The residual stream as a tensor over a direct buffer, not copied. */
  OnnxTensor hidden(FloatBuffer values) throws OrtException {
    return floats(values, sequences, length, channels);
  }

  /** Inputs by name; those that only statistics need on request. */
  Map<String, OnnxTensor> shared(boolean statistics) {
    Map<String, OnnxTensor> shared = new HashMap<>(rotary);
    if (statistics) {
      shared.putAll(measuring);
    }
    return shared;
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
    List<OnnxTensor> all = new ArrayList<>(rotary.values());
    all.addAll(measuring.values());
    all.forEach(OnnxTensor::close);
  }
}
