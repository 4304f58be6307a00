package dev.foresight.jobs.cli;

import dev.foresight.model.Role;
import dev.foresight.onnx.BatchStatistics;
import dev.foresight.onnx.BlockObserver;
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

    public static RoleActivity of(int block, Role role, BatchStatistics found) {
      double sum = 0;
      int channel = 0;
      for (int j = 0; j < found.channels(); j++) {
        sum += (double) found.first().sumAbs()[j] + found.later().sumAbs()[j];
        channel = maxAbs(found, j) > maxAbs(found, channel) ? j : channel;
      }
      long tokens = found.first().tokens() + found.later().tokens();
      return new RoleActivity(
          block,
          role.key(),
          sum / tokens / found.channels(),
          maxAbs(found, channel),
          channel,
          found.first().maxAbs()[channel] > found.later().maxAbs()[channel]);
    }

    private static float maxAbs(BatchStatistics found, int channel) {
      return Math.max(found.first().maxAbs()[channel], found.later().maxAbs()[channel]);
    }
  }

  /**
   * A token that may come next.
   *
   * @param text what it stands for
   */
  public record Next(int id, double probability, String text) {}

  /** Gathers the roles while the model runs; the text is one sequence, so one batch a block. */
  public static final class Collector implements BlockObserver {
    private final List<RoleActivity> roles = new ArrayList<>();

    @Override
    public void block(int block, Map<Role, BatchStatistics> statistics, int firstSequence) {
      statistics.forEach((role, found) -> roles.add(RoleActivity.of(block, role, found)));
    }

    public List<RoleActivity> roles() {
      return List.copyOf(roles);
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
