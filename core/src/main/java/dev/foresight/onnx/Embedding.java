package dev.foresight.onnx;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Halves;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The token embedding as it is stored; rows are widened when they are looked up. */
public final class Embedding {
  private final ByteBuffer table;
  private final DType type;
  private final int vocabulary;
  private final int hidden;
  private final float scale;
  private final String name;

  private Embedding(String name, ByteBuffer table, DType type, ModelConfig config) {
    this.name = name;
    this.table = table;
    this.type = type;
    this.vocabulary = config.vocabulary();
    this.hidden = config.hidden();
    this.scale = config.embeddingScale();
  }

  /** That of a model, which must stay open as long as it. */
  public static Embedding of(Model model) throws IOException {
    String name = model.architecture().embedding();
    return new Embedding(
        name,
        model.checkpoint().bytes(name),
        model.checkpoint().info(name).dtype(),
        model.config());
  }

  /**
   * Rows of all tokens, [sequences, length, hidden].
   *
   * @throws InputException naming the sequence and position of an id outside the vocabulary, or the
   *     tensor and row of a number that is not finite
   */
  public float[] lookUp(int[][] sequences) {
    int length = sequences[0].length;
    float[] rows = new float[Math.multiplyExact(sequences.length * length, hidden)];
    int at = 0;
    for (int s = 0; s < sequences.length; s++) {
      for (int position = 0; position < length; position++, at += hidden) {
        int id = sequences[s][position];
        if (id < 0 || id >= vocabulary) {
          throw new InputException(
              Words.format(
                      "Token id %d at position %d of sequence %d is outside the model's vocabulary of %d:",
                      id, position, s, vocabulary)
                  + " the tokenizer belongs to another model.");
        }
        copy(id, rows, at);
      }
    }
    return rows;
  }

  private void copy(int id, float[] to, int at) {
    long row = (long) id * hidden * type.bytes();
    for (int j = 0; j < hidden; j++) {
      int offset = Math.toIntExact(row + (long) j * type.bytes());
      float value =
          switch (type) {
            case F16 -> Halves.f16ToFloat(table.getShort(offset));
            case BF16 -> Halves.bf16ToFloat(table.getShort(offset));
            case F32 -> table.getFloat(offset);
            default ->
                throw new IllegalStateException("Model lets no embedding of " + type + " by");
          };
      if (!Float.isFinite(value)) {
        throw new InputException(
            Words.format(
                "%s holds %s in row %d, channel %d: the checkpoint is damaged. Fetch or write it again.",
                name, value, id, j));
      }
      to[at + j] = value * scale;
    }
  }
}
