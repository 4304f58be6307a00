package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.onnx.graph.Int8Linears;
import dev.foresight.onnx.graph.SlicedHead;
import dev.foresight.tensor.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The weights of one block, or of the output head, as a graph wants them: widened to fp32, or
 * rounded to 8 bits.
 */
public final class BlockTensors {
  private static final int CHUNK = 1 << 20; // elements

  private final Source source;

  private BlockTensors(Source source) {
    this.source = source;
  }

  /** Those of a block. */
  public BlockTensors(Model model, int block) {
    this(
        path -> {
          String name = model.architecture().tensorName(block, path);
          float[] values = model.checkpoint().floats(name);
          model.requireFinite(name, values);
          return values;
        });
  }

  /** Those of {@link dev.foresight.onnx.graph.SlicedHead}. */
  static BlockTensors ofHead(Model model) throws IOException {
    HeadRows rows = HeadRows.of(model);
    return new BlockTensors(
        path ->
            path.equals(SlicedHead.NORM)
                ? rows.normValues()
                : rows.widen(
                    SlicedHead.firstToken(path, model.config()),
                    SlicedHead.tokens(path, model.config())));
  }

  /** Values of a weight, all finite. */
  @FunctionalInterface
  private interface Source {
    float[] floats(String path) throws IOException;
  }

  /** Takes the bytes of the weights, little-endian, in the order in which they were asked for. */
  @FunctionalInterface
  interface Sink {
    /**
     * @param place whose bytes they are
     * @param bytes a part of them, continuing the last one
     */
    void accept(WeightLayout.Place place, ByteBuffer bytes) throws IOException;
  }

  /**
   * Reads, converts and hands over.
   *
   * @throws dev.foresight.InputException naming the tensor and the element, if a weight is NaN or
   *     infinite
   */
  void read(List<WeightLayout.Place> places, Sink sink) throws IOException {
    ByteBuffer chunk =
        ByteBuffer.allocateDirect(CHUNK * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < places.size(); i++) {
      WeightLayout.Place place = places.get(i);
      if (place.type() == DType.U8) { // codes, and behind them their steps
        float[] steps = round(place, sink);
        i++;
        write(places.get(i), steps, chunk, sink);
      } else {
        write(place, source.floats(place.name()), chunk, sink);
      }
    }
  }

  /** Hands codes over piece by piece and gives the steps. */
  private float[] round(WeightLayout.Place codes, Sink sink) throws IOException {
    int group = codes.shape().get(2).intValue();
    float[] values = source.floats(Int8Linears.weight(codes.name()));
    float[] steps = new float[values.length / group];
    for (int at = 0; at < values.length; at += CHUNK) { // whole groups: both are powers of two
      Int8Weight piece = Int8Weight.of(values, at, Math.min(at + CHUNK, values.length), group);
      sink.accept(codes, ByteBuffer.wrap(piece.codes()));
      System.arraycopy(piece.steps(), 0, steps, at / group, piece.steps().length);
    }
    return steps;
  }

  private static void write(WeightLayout.Place place, float[] values, ByteBuffer chunk, Sink sink)
      throws IOException {
    for (int at = 0; at < values.length; at += CHUNK) {
      int count = Math.min(CHUNK, values.length - at);
      chunk.clear().asFloatBuffer().put(values, at, count);
      sink.accept(place, chunk.limit(count * Float.BYTES));
    }
  }
}
