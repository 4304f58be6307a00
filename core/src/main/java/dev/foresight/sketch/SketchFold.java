package dev.foresight.sketch;

import dev.foresight.Words;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Merges the sketches of one (block, role) over slices.
 *
 * <p>Sums stay per slice until they are read and are then added in the order of (shard, slice), so
 * the result has the same bits whatever order tasks ended in and however many executors there were.
 */
public final class SketchFold {
  private final int channels;
  private final TreeMap<SliceId, RoleSketch> slices = new TreeMap<>();

  /**
   * @param channels of the role
   */
  public SketchFold(int channels) {
    this.channels = channels;
  }

  /**
   * Takes in one slice.
   *
   * @throws IllegalArgumentException if the slice is in already, or its channels differ
   */
  public void add(SliceId slice, RoleSketch sketch) {
    if (sketch.channels() != channels) {
      throw new IllegalArgumentException(
          Words.format(
              "Slice %s has %d channels, the others %d", slice, sketch.channels(), channels));
    }
    if (slices.putIfAbsent(slice, sketch) != null) {
      throw new IllegalArgumentException(
          Words.format("Slice %s is there already: its tokens would count twice", slice));
    }
  }

  /** Takes in all that another fold holds; overlapping slices are refused. */
  public void add(SketchFold other) {
    var overlap = new TreeSet<>(slices.keySet());
    overlap.retainAll(other.slices.keySet());
    if (!overlap.isEmpty()) {
      throw new IllegalArgumentException(
          Words.format("Slices %s are in both: their tokens would count twice", overlap));
    }
    other.slices.forEach(this::add);
  }

  /** The slices held, in order. */
  public Iterable<SliceId> slices() {
    return slices.navigableKeySet();
  }

  /**
   * Σ_s w_s Σ_{t in s} over the slices held, divided by Σ_s w_s T_s.
   *
   * @param weights w of each shard; a shard that is not named weighs 1
   * @throws IllegalStateException if no token counts
   */
  public RoleMoments moments(FirstPosition firstPosition, Map<String, Double> weights) {
    double tokens = 0;
    double[] sumAbs = new double[channels];
    double[] sumSquare = new double[channels];
    float[] maxAbs = new float[channels];
    for (Map.Entry<String, RoleSketch> shard : shards().entrySet()) {
      double weight = weights.getOrDefault(shard.getKey(), 1.0);
      ChannelSums sums = shard.getValue().sums(firstPosition);
      tokens += weight * sums.tokens();
      double[] absolute = sums.sumAbs();
      double[] square = sums.sumSquare();
      float[] maximum = sums.maxAbs();
      for (int j = 0; j < channels; j++) {
        sumAbs[j] += weight * absolute[j];
        sumSquare[j] += weight * square[j];
        maxAbs[j] = Math.max(maxAbs[j], maximum[j]);
      }
    }
    if (!(tokens > 0)) {
      throw new IllegalStateException("No token counts: every shard is left out or weighs 0");
    }
    for (int j = 0; j < channels; j++) {
      sumAbs[j] /= tokens;
      sumSquare[j] /= tokens;
    }
    return new RoleMoments(tokens, sumAbs, sumSquare, maxAbs);
  }

  /**
   * v_j, the squared standard error of the logarithm of each channel's mean |x| as the shards'
   * disagreement shows it, without the common level; NaN where a shard has never seen the channel
   * active.
   *
   * @param weights w of each shard; a shard that is not named weighs 1
   * @return nothing if fewer than two shards count
   */
  public Optional<double[]> spread(FirstPosition firstPosition, Map<String, Double> weights) {
    TreeMap<String, ChannelSums> sums = new TreeMap<>();
    shards().forEach((shard, sketch) -> sums.put(shard, sketch.sums(firstPosition)));
    return ShardSpread.of(sums, weights);
  }

  /**
   * What all slices of each shard taught together: the same as one slice of it would hold.
   *
   * <p>The strata are added apart, so that a shard whose slices were folded into one gives the same
   * bits as before, with and without position 0.
   */
  public SortedMap<String, RoleSketch> shards() {
    TreeMap<String, RoleSketch> shards = new TreeMap<>();
    slices.forEach(
        (slice, sketch) -> {
          RoleSketch shard = shards.computeIfAbsent(slice.shard(), s -> RoleSketch.empty(channels));
          shard.add(sketch);
        });
    return shards;
  }
}
