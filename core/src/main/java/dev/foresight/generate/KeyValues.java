package dev.foresight.generate;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.OnnxEnvironment;
import dev.foresight.onnx.graph.CachedScores;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Keys and values of one block for several sequences, each in a place of its own with room for so
 * many tokens: [places, kv heads, room, channels of a head] each.
 */
final class KeyValues {
  private final int heads;
  private final int room;
  private final int channels;
  private final FloatBuffer keys;
  private final FloatBuffer values;

  KeyValues(ModelConfig config, int places, int room) {
    this.heads = config.kvHeads();
    this.room = room;
    this.channels = CachedScores.headChannels(config);
    this.keys = buffer(places);
    this.values = buffer(places);
  }

  /** Bytes of keys and values of all blocks of a model. */
  static long bytes(ModelConfig config, int places, int room) {
    return 2L * Float.BYTES * config.blocks() * places * size(config, room);
  }

  private static long size(ModelConfig config, int room) {
    return (long) config.kvHeads() * room * CachedScores.headChannels(config);
  }

  private FloatBuffer buffer(int places) {
    long bytes = (long) places * place() * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new InputException(
          Words.format(
              "Keys of %d sequences of up to %d tokens take %d MB a block, more than one buffer holds: generate fewer tokens, or fewer at once (--batch).",
              places, room, bytes >> 20));
    }
    return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private int place() {
    return heads * room * channels;
  }

  /** Keys of consecutive places, no copy. */
  OnnxTensor keys(int first, int count) throws OrtException {
    return tensor(keys, first, count);
  }

  /** The same of values. */
  OnnxTensor values(int first, int count) throws OrtException {
    return tensor(values, first, count);
  }

  private OnnxTensor tensor(FloatBuffer all, int first, int count) throws OrtException {
    long[] shape = {count, heads, room, channels};
    FloatBuffer part = all.slice(first * place(), count * place());
    return OnnxTensor.createTensor(OnnxEnvironment.get(), part, shape);
  }

  /** Copies the first tokens of one place to another. */
  void copy(int from, int to, int tokens) {
    for (FloatBuffer all : new FloatBuffer[] {keys, values}) {
      for (int head = 0; head < heads; head++) {
        int at = head * room * channels;
        all.put(to * place() + at, all, from * place() + at, tokens * channels);
      }
    }
  }
}
