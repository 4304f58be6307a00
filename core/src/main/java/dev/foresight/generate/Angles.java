package dev.foresight.generate;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.OnnxEnvironment;
import dev.foresight.onnx.OnnxException;
import dev.foresight.onnx.RopeTable;
import dev.foresight.onnx.graph.BlockGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * Rotary angles of sequences that grow. Some models (longrope) turn by other angles as soon as a
 * sequence is longer than those they were first trained on; then the tables of both stand one after
 * the other, and a position of the longer ones is counted from the second.
 */
final class Angles implements AutoCloseable {
  private final RopeTable longest;
  private final int room;
  private final Map<String, OnnxTensor> tables = new HashMap<>();

  /**
   * @param room tokens of a sequence at most
   */
  Angles(ModelConfig config, int room) {
    this.longest = new RopeTable(config, room);
    this.room = room;
    RopeTable first = longest.serves(1) ? longest : new RopeTable(config, 1, room);
    try {
      for (int i = 0; i < longest.ropes(); i++) {
        FloatBuffer[] cosines = {first.cosines(i, room), longest.cosines(i, room)};
        FloatBuffer[] sines = {first.sines(i, room), longest.sines(i, room)};
        tables.put(BlockGraph.cosines(i), tensor(cosines, longest.pairs(i)));
        tables.put(BlockGraph.sines(i), tensor(sines, longest.pairs(i)));
      }
    } catch (OrtException e) {
      close();
      throw new OnnxException("ONNX Runtime can't make the inputs of a batch", e);
    }
  }

  private OnnxTensor tensor(FloatBuffer[] both, int pairs) throws OrtException {
    int tables = longest.serves(1) ? 1 : 2;
    FloatBuffer all =
        ByteBuffer.allocateDirect(tables * room * pairs * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    for (int i = 0; i < tables; i++) {
      all.put(both[i]);
    }
    long[] shape = {(long) tables * room, pairs};
    return OnnxTensor.createTensor(OnnxEnvironment.get(), all.flip(), shape);
  }

  /** Inputs of blocks, by name. */
  Map<String, OnnxTensor> tables() {
    return tables;
  }

  /** Row of the tables for a position of a sequence that has so many tokens by now. */
  long row(int position, int length) {
    return longest.serves(1) || !longest.serves(length) ? position : position + (long) room;
  }

  /** Whether what was turned for a length is not what one more token wants. */
  boolean changesBehind(int length) {
    return longest.serves(length) != longest.serves(length + 1);
  }

  @Override
  public void close() {
    tables.values().forEach(OnnxTensor::close);
  }
}
