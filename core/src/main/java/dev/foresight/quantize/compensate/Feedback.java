package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.RoundingKernels;
import dev.foresight.quantize.kernel.RoundingTile;

/**
 * GPTQ (arXiv 2210.17323): columns are rounded one by one, and what each does to the output is made
 * good by those not yet rounded. Columns go by falling diagonal of H, while groups stay as they
 * are. Leaves the levels, and (W - Q) H, which comes of the same triangle at half the price.
 */
final class Feedback {
  private final Triangle triangle;
  private final int[] order;

  /**
   * @param order channels as they are rounded, by which the triangle was made
   */
  Feedback(Triangle triangle, int[] order) {
    this.triangle = triangle;
    this.order = order;
  }

  /** Rounds the rows under their present steps. */
  void round(RowChunk chunk, RoundingKernels kernels) {
    Pass pass = new Pass(chunk, kernels);
    for (int block = 0; block < triangle.blocks(); block++) {
      pass.block(block);
    }
    pass.end();
  }

  /** One pass over the columns of a chunk. Everything here is [columns in order, rows]. */
  private final class Pass {
    private final RowChunk chunk;
    private final RoundingKernels kernels;
    private final RoundingTile tile;
    private final int columns;
    private final int rows; // of whole tiles
    private final float[] targets;
    private final float[] residual;
    private final float[] product;
    private final float[] errors; // of one block, [rows, columns]
    private final float[] parts;

    Pass(RowChunk chunk, RoundingKernels kernels) {
      this.chunk = chunk;
      this.kernels = kernels;
      columns = chunk.columns;
      rows = (chunk.rows + RoundingTile.ROWS - 1) / RoundingTile.ROWS * RoundingTile.ROWS;
      tile = new RoundingTile(Triangle.BLOCK, chunk.grid.maxCode());
      targets = new float[columns * rows];
      residual = new float[columns * rows];
      product = new float[columns * rows];
      errors = new float[Triangle.BLOCK * rows];
      parts = new float[Triangle.BLOCK * rows];
      for (int k = 0; k < columns; k++) {
        for (int i = 0; i < chunk.rows; i++) {
          targets[k * rows + i] = chunk.weights[i * columns + order[k]];
        }
      }
    }

    void block(int block) {
      int from = block * Triangle.BLOCK;
      int size = Math.min(columns - from, Triangle.BLOCK);
      for (int row = 0; row < rows; row += RoundingTile.ROWS) {
        load(from, size, row);
        kernels.feedBack(tile, size, triangle.unit(block));
        store(from, size, row);
      }
      int to = from + size;
      if (to < columns) {
        triangle.behind(block, errors, rows, product);
        kernels.add(product, 0, targets, to * rows, (columns - to) * rows);
      }
      triangle.residual(block, parts, rows, product);
      kernels.add(product, 0, residual, 0, to * rows);
    }

    private void load(int from, int size, int row) {
      for (int k = 0, at = 0; k < size; k++) {
        int channel = order[from + k];
        for (int i = row; i < row + RoundingTile.ROWS; i++, at++) {
          boolean there = i < chunk.rows;
          int g = there ? i * chunk.groups + channel / chunk.group : 0;
          tile.grid(at, there ? chunk.steps[g] : 1, there ? chunk.zero(g) : 0);
          tile.weights[at] = there ? chunk.weights[i * columns + channel] : 0;
          tile.targets[at] = targets[(from + k) * rows + i];
        }
      }
    }

    private void store(int from, int size, int row) {
      for (int k = 0, at = 0; k < size; k++) {
        float diagonal = triangle.diagonal(from + k);
        for (int i = row; i < row + RoundingTile.ROWS; i++, at++) {
          errors[i * size + k] = tile.errors[at];
          parts[i * size + k] = tile.left[at] * diagonal;
          if (i < chunk.rows) {
            chunk.levels[i * columns + order[from + k]] = tile.levels[at];
          }
        }
      }
    }

    void end() {
      for (int k = 0; k < columns; k++) {
        for (int i = 0; i < chunk.rows; i++) {
          chunk.residual[i * columns + order[k]] = residual[k * rows + i];
        }
      }
    }
  }
}
