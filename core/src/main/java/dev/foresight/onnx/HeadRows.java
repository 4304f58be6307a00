package dev.foresight.onnx;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.FloatTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * The output head of a model as it is stored, one row a token, widened slice by slice along the
 * vocabulary: the fp32 head of a large vocabulary takes gigabytes. Safe for several threads.
 */
final class HeadRows {
  private final Model model;
  private final String tensor;
  private final DType type;
  private final ByteBuffer stored; // null where the head is dequantized
  private final float[] dequantized; // null where it is not
  private final int hidden;
  private final int vocabulary;

  private HeadRows(Model model, ByteBuffer stored, float[] dequantized) {
    this.model = model;
    this.tensor = model.architecture().headTensor(model.config());
    this.type = model.checkpoint().info(tensor).dtype();
    this.stored = stored;
    this.dequantized = dequantized;
    this.hidden = model.config().hidden();
    this.vocabulary = model.config().vocabulary();
  }

  static HeadRows of(Model model) throws IOException {
    String tensor = model.architecture().headTensor(model.config());
    return model.checkpoint().dequantizes(tensor)
        ? new HeadRows(model, null, model.checkpoint().floats(tensor))
        : new HeadRows(model, model.checkpoint().bytes(tensor), null);
  }

  /** Channels of a row. */
  int hidden() {
    return hidden;
  }

  /** Rows. */
  int vocabulary() {
    return vocabulary;
  }

  /**
   * Widens some rows.
   *
   * @param from the first token
   * @param count how many
   * @param target gets [count, hidden], and is ready to be read
   * @throws InputException naming the tensor and the token of a number that is not finite
   */
  void widen(int from, int count, FloatBuffer target) {
    target.clear().put(widen(from, count)).flip();
  }

  /** The same, [count, hidden]. */
  float[] widen(int from, int count) {
    float[] values = new float[count * hidden];
    if (stored == null) {
      System.arraycopy(dequantized, from * hidden, values, 0, values.length);
    } else {
      int start = Math.toIntExact((long) from * hidden * type.bytes());
      FloatTensors.widen(type, stored.slice(start, values.length * type.bytes()), values, 0);
    }
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InputException(
            Words.format(
                "%s: channel %d of token %d of %s is %s. Fetch or write the weights again.",
                model.location(), i % hidden, from + i / hidden, tensor, values[i]));
      }
    }
    return values;
  }

  /** Values of the norm in front of the head, [hidden]. */
  float[] normValues() throws IOException {
    String name = model.architecture().finalNorm().weight();
    float[] values = model.checkpoint().floats(name);
    model.requireFinite(name, values);
    return values;
  }

  /** The same as a weight. */
  Weight norm() throws IOException {
    float[] values = normValues();
    FloatBuffer buffer = FloatPool.allocate(values.length);
    return new Weight(buffer.put(values).flip(), new long[] {values.length});
  }
}
