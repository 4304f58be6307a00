package dev.foresight.jobs.cli;

import dev.foresight.onnx.BlockObserver;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.sketch.Measured;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SliceStates;
import dev.foresight.sketch.Sums;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What one text did in a model.
 *
 * @param model the folder
 * @param tokens ids, special ones included
 * @param roles of all blocks in order
 * @param next likeliest next tokens, the likeliest first
 */
@SuppressWarnings("ArrayRecordComponent") // printed once, never compared
public record RunReport(String model, int[] tokens, List<RoleActivity> roles, List<Next> next) {
  /**
   * What a role of a block received.
   *
   * @param meanAbs mean of |x| over tokens and channels
   * @param maxAbs largest |x|
   * @param channel where it was
   * @param atFirstPosition whether it was at position 0 of the text
   */
  public record RoleActivity(
      int block, String role, double meanAbs, double maxAbs, int channel, boolean atFirstPosition) {

    public static RoleActivity of(int block, String role, RoleSketch found) {
      ChannelSums all = found.sums(FirstPosition.INCLUDE);
      double[] sumAbs = all.sumAbs();
      float[] maxAbs = all.maxAbs();
      double sum = 0;
      int channel = 0;
      for (int j = 0; j < all.channels(); j++) {
        sum += sumAbs[j];
        channel = maxAbs[j] > maxAbs[channel] ? j : channel;
      }
      return new RoleActivity(
          block,
          role,
          sum / all.tokens() / all.channels(),
          maxAbs[channel],
          channel,
          found.first().maxAbs()[channel] > found.rest().maxAbs()[channel]);
    }
  }

  /**
   * A token that may come next.
   *
   * @param text what it stands for
   */
  public record Next(int id, double probability, String text) {}

  /** Gathers the roles while the model runs. */
  public static final class Collector implements BlockObserver {
    private final SliceStates<RoleSketch> sums = new SliceStates<>(Sums.SUMS, "text", List.of());

    @Override
    public void block(int block, Map<String, Measured> measured, int firstSequence) {
      sums.add(block, measured);
    }

    public List<RoleActivity> roles() {
      List<RoleActivity> roles = new ArrayList<>();
      List<Map<String, RoleSketch>> blocks = sums.blocks();
      for (int block = 0; block < blocks.size(); block++) {
        for (Map.Entry<String, RoleSketch> role : blocks.get(block).entrySet()) {
          roles.add(RoleActivity.of(block, role.getKey(), role.getValue()));
        }
      }
      return roles;
    }
  }

  /** As two tables. */
  public void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%5s  %-16s %12s %12s %8s  %s%n",
        "block",
        "role",
        "mean |x|",
        "max |x|",
        "channel",
        "position");
    for (RoleActivity role : roles) {
      out.printf(
          Locale.ROOT,
          "%5d  %-16s %12.5g %12.5g %8d  %s%n",
          role.block(),
          role.role(),
          role.meanAbs(),
          role.maxAbs(),
          role.channel(),
          role.atFirstPosition() ? "first" : "later");
    }
    out.printf(Locale.ROOT, "%nAfter %,d tokens:%n", tokens.length);
    for (Next token : next) {
      out.printf(
          Locale.ROOT,
          "%8.4f  %6d  \"%s\"%n",
          token.probability(),
          token.id(),
          token.text().replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t"));
    }
    out.flush();
  }
}
