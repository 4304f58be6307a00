package dev.foresight.quantize.fold;

import dev.foresight.Words;

/**
 * A linear whose last rows, and their bias, are divided by the scale: up_proj, or v_proj, which
 * {@code repeat} query heads share under grouped attention (head h reads kv head h / repeat).
 *
 * @param linear path of the linear within the block, for example {@code self_attn.v_proj}
 * @param firstRow of those that produce the role: 0, unless the linear is fused of several
 * @param repeat query heads per kv head; 1 where each row feeds one channel
 * @param headDimension rows of one head, a divisor of the producing rows
 */
public record LinearFold(String linear, int firstRow, int repeat, int headDimension)
    implements Fold {
  public LinearFold {
    if (firstRow < 0 || repeat < 1 || headDimension < 1) {
      throw new IllegalArgumentException(
          Words.format("%s cannot feed %d heads of %d rows", linear, repeat, headDimension));
    }
  }

  /** A linear all of whose rows are divided. */
  public LinearFold(String linear, int repeat, int headDimension) {
    this(linear, 0, repeat, headDimension);
  }

  /** A linear that feeds channel i from row i, like up_proj. */
  public static LinearFold rowByRow(String linear) {
    return new LinearFold(linear, 1, 1);
  }

  public String bias() {
    return linear + ".bias";
  }

  /** The producing row that feeds a channel, counted from the first of them. */
  int rowOf(int channel) {
    int head = channel / headDimension;
    return head / repeat * headDimension + channel % headDimension;
  }

  /** One value per producing row: the mean of its channels. */
  public double[] average(double[] channels) {
    double[] rows = new double[channels.length / repeat];
    for (int j = 0; j < channels.length; j++) {
      rows[rowOf(j)] += channels[j];
    }
    for (int i = 0; i < rows.length; i++) {
      rows[i] /= repeat;
    }
    return rows;
  }

  /** One value per channel: that of its producing row. */
  public float[] spread(float[] rows) {
    float[] channels = new float[rows.length * repeat];
    for (int j = 0; j < channels.length; j++) {
      channels[j] = rows[rowOf(j)];
    }
    return channels;
  }
}
