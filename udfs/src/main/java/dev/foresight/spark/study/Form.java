package dev.foresight.spark.study;

import dev.foresight.Words;
import dev.foresight.importance.Importance;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.model.Role;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A window that is tried, in words that travel.
 *
 * @param blend γ
 * @param blocks w
 * @param weights β
 * @param normalization ν
 * @param roles that look ahead
 * @param adaptive whether the data choose γ instead
 */
public record Form(
    double blend, int blocks, String weights, String normalization, String roles, boolean adaptive)
    implements Serializable {
  /** A window as it is. */
  public static Form of(Window window) {
    return new Form(
        window.blend(),
        window.blocks(),
        window.weights().key(),
        window.normalization().key(),
        window.roles().key(),
        false);
  }

  /** The same with a blend that the data choose. */
  public Form adapted() {
    return new Form(blend, blocks, weights, normalization, roles, true);
  }

  /** The window. */
  public Window window() {
    return new Window(
        blend,
        blocks,
        Weights.parse(weights),
        Normalization.parse(normalization),
        Roles.parse(roles));
  }

  /** Which kind of window it is: of each kind the best are compared end to end. */
  public String kind() {
    if (adaptive) {
      return "adaptive";
    }
    return blend == 1 ? "none" : normalization + ", " + roles;
  }

  /** For tables: {@code mean, residual, γ 0.3, w 3}. */
  public String label() {
    if (!adaptive && blend == 1) {
      return kind();
    }
    String shape = (weights.equals("uniform") ? "" : ", " + weights) + ", w " + blocks;
    return adaptive
        ? "adaptive, " + roles + shape
        : Words.format("%s, γ %s%s", kind(), blend, shape);
  }

  /**
   * Importance of one block.
   *
   * @param moments of all blocks
   */
  Map<Role, double[]> importance(List<Moments> moments, int block) {
    // a block looks no further than the window, so the blocks behind it need not be fused
    List<Moments> seen =
        moments.subList(block, (int) Math.min(moments.size(), block + blocks + 1L));
    List<Map<Role, double[]>> meanAbs = seen.stream().map(Moments::meanAbs).toList();
    return (adaptive
            ? Importance.fuseAdaptively(
                meanAbs, seen.stream().map(Moments::spread).toList(), window())
            : Importance.fuse(meanAbs, window()))
        .get(0);
  }
}
