package dev.foresight.spark.study;

import dev.foresight.drift.RoleDrift;
import dev.foresight.model.Role;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.selection.SketchSelection;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that reads one block's sums of every shard: how importance is spread over channels, and
 * how far every two shards are apart. Channels stay on the executor; only these numbers travel.
 */
public final class BlockProfile implements Function<Integer, BlockProfile.Result> {
  private static final long serialVersionUID = 1L;
  private static final int TOP_SHARE = 100; // one in so many channels is a top channel

  private final TreeMap<String, SketchSelection> shards;
  private final SerializableConfiguration conf;

  /**
   * How one shard's statistic a_j is spread over the channels of one role.
   *
   * @param top share of Σ a_j that the top 1 % channels hold, at least one channel
   * @param largest the largest a_j as a multiple of the mean
   */
  public record Profile(String shard, int block, Role role, double top, double largest)
      implements Serializable {}

  /**
   * How far two shards are apart in one role.
   *
   * @param difference Σ|a − b| / Σ(a + b)/2
   * @param topOverlap share of the top 1 % channels that both have
   * @param importance mean deviation of the log ratio of the channels
   */
  public record Distance(
      String a,
      String b,
      int block,
      Role role,
      double difference,
      double topOverlap,
      double importance)
      implements Serializable {}

  /** What one block says. */
  public record Result(List<Profile> profiles, List<Distance> distances) implements Serializable {}

  /**
   * @param shards what counts of each
   */
  public BlockProfile(Map<String, SketchSelection> shards, SerializableConfiguration conf) {
    this.shards = new TreeMap<>(shards);
    this.conf = conf;
  }

  @Override
  public Result call(Integer block) throws IOException {
    TreeMap<String, Map<Role, double[]>> means = new TreeMap<>();
    for (Map.Entry<String, SketchSelection> shard : shards.entrySet()) {
      means.put(shard.getKey(), new BlockMoments(shard.getValue(), conf).call(block).meanAbs());
    }
    List<Profile> profiles = new ArrayList<>();
    List<Distance> distances = new ArrayList<>();
    means.forEach(
        (shard, roles) -> {
          for (Role role : Role.values()) {
            profiles.add(profile(shard, block, role, roles.get(role)));
          }
          means
              .tailMap(shard, false)
              .forEach(
                  (other, others) -> {
                    for (Role role : Role.values()) {
                      double[] a = roles.get(role);
                      double[] b = others.get(role);
                      RoleDrift drift = RoleDrift.of(a, b, a, b);
                      distances.add(
                          new Distance(
                              shard,
                              other,
                              block,
                              role,
                              drift.difference(),
                              drift.topOverlap(),
                              drift.importance()));
                    }
                  });
        });
    return new Result(profiles, distances);
  }

  private static Profile profile(String shard, int block, Role role, double[] meanAbs) {
    double[] sorted = meanAbs.clone();
    Arrays.sort(sorted);
    int top = (sorted.length + TOP_SHARE - 1) / TOP_SHARE;
    double sum = 0;
    double held = 0;
    for (int j = 0; j < sorted.length; j++) {
      sum += sorted[j];
      held += j >= sorted.length - top ? sorted[j] : 0;
    }
    double mean = sum / sorted.length;
    return new Profile(
        shard,
        block,
        role,
        sum == 0 ? 0 : held / sum,
        sum == 0 ? 0 : sorted[sorted.length - 1] / mean);
  }
}
