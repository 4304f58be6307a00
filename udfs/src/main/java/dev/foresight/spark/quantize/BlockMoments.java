package dev.foresight.spark.quantize;

import dev.foresight.model.Role;
import dev.foresight.sketch.RoleMoments;
import dev.foresight.sketch.SketchFold;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.EnumMap;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that merges one block's sums over the chosen slices. */
public final class BlockMoments implements Function<Integer, BlockMoments.Moments> {
  private static final long serialVersionUID = 1L;

  private final SketchSelection selection;
  private final SerializableConfiguration conf;

  /** Reads with this configuration. */
  public BlockMoments(SketchSelection selection, SerializableConfiguration conf) {
    this.selection = selection;
    this.conf = conf;
  }

  /**
   * A block's means.
   *
   * @param meanAbs a = Σ|x| / T of each role
   * @param meanSquare E[x²] of each role
   * @param maxAbs max|x| of each role
   * @param spread how far the shards disagree, {@link SketchFold#spread}; empty where one counts
   */
  public record Moments(
      Map<Role, double[]> meanAbs,
      Map<Role, double[]> meanSquare,
      Map<Role, float[]> maxAbs,
      Map<Role, double[]> spread)
      implements Serializable {}

  @Override
  public Moments call(Integer block) throws IOException {
    SketchStore store = new SketchStore(conf.value(), selection.store());
    Map<Role, double[]> meanAbs = new EnumMap<>(Role.class);
    Map<Role, double[]> meanSquare = new EnumMap<>(Role.class);
    Map<Role, float[]> maxAbs = new EnumMap<>(Role.class);
    Map<Role, double[]> spread = new EnumMap<>(Role.class);
    store
        .readSums(selection.slices(), block)
        .forEach(
            (role, fold) -> {
              RoleMoments moments = fold.moments(selection.firstPosition(), selection.weights());
              meanAbs.put(role, moments.meanAbs());
              meanSquare.put(role, moments.meanSquare());
              maxAbs.put(role, moments.maxAbs());
              fold.spread(selection.firstPosition(), selection.weights())
                  .ifPresent(variance -> spread.put(role, variance));
            });
    return new Moments(meanAbs, meanSquare, maxAbs, spread);
  }
}
