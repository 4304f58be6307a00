package dev.foresight.quantize;

import dev.foresight.quantize.kernel.GroupFit;
import dev.foresight.quantize.kernel.Kernels;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import dev.foresight.tensor.MatrixProduct.Factor;
import java.util.ArrayList;
import java.util.List;

/**
 * Σ_t ‖ΔW x_t‖² over sampled rows that carry the root of their weight: a matrix product for some
 * rows of ΔW at a time, which never exists as a whole.
 */
final class SampledError implements OutputError {
  private static final int BUFFER = 1 << 17; // floats of ΔW at once: half a MiB stays in cache
  private static final int LEAST_ROWS = 128; // below, a product spends its time on the samples

  private final Matrix rows;
  private final MatrixProduct product;
  private final Factor samples;
  private final List<Factor> ofGroups = new ArrayList<>();
  private int group;

  /**
   * @param rows [n, in], see {@link SampledRows#calibrated}
   */
  SampledError(Matrix rows, MatrixProduct product) {
    this.rows = rows;
    this.product = product;
    samples = product.left(rows);
  }

  @Override
  public double of(int outputs, int columns, Changes changes, RowWorkers workers) {
    int atOnce = Math.min(outputs, Math.max(LEAST_ROWS, BUFFER / columns));
    return workers
        .sum(
            outputs,
            atOnce,
            (kernels, from, count) -> {
              float[] difference = new float[count * columns];
              changes.write(kernels, from, count, difference);
              float[] effect = new float[rows.rows() * count];
              samples.times(difference, count, effect);
              double error = 0;
              for (int at = 0; at < effect.length; at += count) {
                error += kernels.dot(effect, at, effect, at, count);
              }
              return new double[] {error};
            })[0];
  }

  /**
   * With X the rows' part in the group and δ a change, ‖Xδ‖² is also δ · (XᵀX δ), which is the
   * smaller product where there are more rows than channels in the group.
   */
  @Override
  public SolvingTrial trial(Kernels kernels, float[] scale, int size, int most) {
    List<Factor> factors = factors(size);
    boolean gram = rows.rows() > size;
    int width = gram ? size : rows.rows();
    float[] inverse = Changes.inverse(scale);
    float[] changes = new float[most * size];
    float[] pulled = new float[most * width];
    return new SolvingTrial() {
      private final int[] starts = new int[most]; // of each way's group in the weights
      private float[] scaledWeights;
      private int column;
      private int count;

      @Override
      public void start(int from) {
        column = from;
        count = 0;
      }

      @Override
      public void add(float[] scaled, int at, GroupFit fit) {
        scaledWeights = scaled;
        starts[count] = at;
        kernels.changes(scaled, at, inverse, column, size, fit, changes, count++ * size);
      }

      @Override
      public void judge(double[] errors) {
        factors.get(column / size).times(changes, count, pulled);
        for (int i = 0, at = 0; i < count; i++, at += width) {
          errors[i] = kernels.dot(gram ? changes : pulled, at, pulled, at, width);
        }
      }

      /** All follows from ‖Xδ‖², ⟨Xδ, Xw⟩ and ‖Xw‖². */
      @Override
      public void solve(double[] errors, double[] factors, double[] solved) {
        judge(errors);
        float[] weights = new float[count * size]; // of the ways, each group once
        int[] ofWay = new int[count];
        int groups = 0;
        for (int i = 0; i < count; i++) {
          if (i == 0 || starts[i] != starts[i - 1]) {
            for (int j = 0; j < size; j++) {
              weights[groups * size + j] = scaledWeights[starts[i] + j] * inverse[column + j];
            }
            groups++;
          }
          ofWay[i] = groups - 1;
        }
        float[] pulledWeights = new float[groups * width];
        factors(size).get(column / size).times(weights, groups, pulledWeights);
        float[] left = gram ? changes : pulled;
        for (int i = 0; i < count; i++) {
          int of = ofWay[i] * width;
          double both = kernels.dot(left, i * width, pulledWeights, of, width);
          double own = kernels.dot(gram ? weights : pulledWeights, of, pulledWeights, of, width);
          double rounded = errors[i] + 2 * both + own;
          factors[i] = rounded > 0 ? (both + own) / rounded : Double.NaN;
          solved[i] = rounded > 0 ? own - (both + own) * factors[i] : own;
        }
      }
    };
  }

  /**
   * Ways to round that also tell what their codes could do with another step. With w the weights
   * and ŵ = w + δ the rounded ones, ‖X(a ŵ - w)‖² is least where a = ⟨Xŵ, Xw⟩ / ‖Xŵ‖²: least
   * squares for one unknown, as WeightedSteps has it for a diagonal XᵀX.
   */
  interface SolvingTrial extends Trial {
    /**
     * Judges all ways, and solves for their steps.
     *
     * @param errors overwritten, as by {@link #judge}
     * @param factors overwritten: what to multiply each way's step by; NaN where it rounds to zeros
     * @param solved overwritten: the errors with those steps and the same codes
     */
    void solve(double[] errors, double[] factors, double[] solved);
  }

  /** For each group, XᵀX or X, whichever is smaller. */
  private synchronized List<Factor> factors(int size) {
    if (group != size) {
      closeGroups();
      group = size;
      for (int column = 0; column < rows.columns(); column += size) {
        Matrix part = part(column, size);
        if (rows.rows() > size) {
          Matrix channels = transposed(part);
          part = product.timesTransposed(channels, channels);
        }
        ofGroups.add(product.right(part));
      }
    }
    return ofGroups;
  }

  private Matrix part(int start, int size) {
    Matrix part = Matrix.zeros(rows.rows(), size);
    for (int t = 0; t < rows.rows(); t++) {
      System.arraycopy(rows.values(), t * rows.columns() + start, part.values(), t * size, size);
    }
    return part;
  }

  private static Matrix transposed(Matrix matrix) {
    Matrix transposed = Matrix.zeros(matrix.columns(), matrix.rows());
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        transposed.values()[j * matrix.rows() + i] = matrix.values()[i * matrix.columns() + j];
      }
    }
    return transposed;
  }

  private void closeGroups() {
    ofGroups.forEach(Factor::close);
    ofGroups.clear();
  }

  @Override
  public synchronized void close() {
    samples.close();
    closeGroups();
  }
}
