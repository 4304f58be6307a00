package dev.foresight.quantize.compensate;

import dev.foresight.quantize.kernel.RoundingKernels;
import dev.foresight.quantize.kernel.RoundingTile;
import java.util.Arrays;

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

  /** One pass over the columns of a chunk. */
  private final class Pass {
    private static final int TILE = RoundingTile.ROWS;

    private final RowChunk chunk;
    private final RoundingKernels kernels;
    private final RoundingTile tile;
    private final int columns;
    private final int rows; // of whole tiles
    private final int[] groups; // of the columns in order
    private final float[] asked; // by errors so far, [columns in order, rows]
    private final float[] residual; // likewise
    private final float[] product; // likewise
    private final float[] errors; // of one block, [rows, columns]
    private final float[] parts; // likewise, of E V

    Pass(RowChunk chunk, RoundingKernels kernels) {
      this.chunk = chunk;
      this.kernels = kernels;
      columns = chunk.columns;
      rows = (chunk.rows + TILE - 1) / TILE * TILE;
      groups = Arrays.stream(order).map(channel -> channel / chunk.group).toArray();
      tile = new RoundingTile(Triangle.BLOCK, chunk.grid.maxCode());
      asked = new float[columns * rows];
      residual = new float[columns * rows];
      product = new float[columns * rows];
      errors = new float[Triangle.BLOCK * rows];
      parts = new float[Triangle.BLOCK * rows];
    }

    void block(int block) {
      int from = block * Triangle.BLOCK;
      int size = Math.min(columns - from, Triangle.BLOCK);
      for (int row = 0; row < rows; row += TILE) {
        load(from, size, row);
        kernels.feedBack(tile, size, triangle.unit(block));
        store(from, size, row);
      }
      int to = from + size;
      if (to < columns) {
        triangle.behind(block, errors, rows, product);
        kernels.add(product, 0, asked, to * rows, (columns - to) * rows);
      }
      triangle.residual(block, parts, rows, product);
      kernels.add(product, 0, residual, 0, to * rows);
    }

    private void load(int from, int size, int row) {
      for (int i = 0; i < TILE; i++) {
        boolean there = row + i < chunk.rows;
        int weights = (row + i) * columns;
        int grids = (row + i) * chunk.groups;
        for (int k = 0, at = i; k < size; k++, at += TILE) {
          int g = there ? grids + groups[from + k] : 0;
          tile.grid(at, there ? chunk.steps[g] : 1, there ? chunk.zero(g) : 0);
          tile.weights[at] = there ? chunk.weights[weights + order[from + k]] : 0;
        }
      }
      for (int k = 0, at = 0; k < size; k++) {
        int ofColumn = (from + k) * rows + row;
        for (int i = 0; i < TILE; i++, at++) {
          tile.targets[at] = tile.weights[at] + asked[ofColumn + i];
        }
      }
    }

    private void store(int from, int size, int row) {
      for (int i = 0; i < TILE; i++) {
        int ofRow = (row + i) * size;
        for (int k = 0, at = i; k < size; k++, at += TILE) {
          errors[ofRow + k] = tile.errors[at];
          parts[ofRow + k] = tile.left[at] * triangle.diagonal(from + k);
        }
        if (row + i < chunk.rows) {
          int levels = (row + i) * columns;
          for (int k = 0, at = i; k < size; k++, at += TILE) {
            chunk.levels[levels + order[from + k]] = tile.levels[at];
          }
        }
      }
    }

    /** Tile by tile, so that what is read and written stays in cache. */
    void end() {
      for (int row = 0; row < chunk.rows; row += TILE) {
        int last = Math.min(chunk.rows, row + TILE);
        for (int k = 0; k < columns; k++) {
          for (int i = row; i < last; i++) {
            chunk.residual[i * columns + order[k]] = residual[k * rows + i];
          }
        }
      }
    }
  }
}
