package dev.foresight.spark.quantize;

import dev.foresight.model.Role;
import dev.foresight.quantize.RoleStatistics;
import dev.foresight.quantize.SampledRows;
import dev.foresight.sketch.Rows;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** What calibration knows of each role of a block, as its quantization takes it. */
final class BlockKnowledge {
  private BlockKnowledge() {}

  /**
   * @param scores of every block, empty where nothing is searched
   */
  static Map<Role, RoleStatistics> of(Task task, int block, List<Scores> scores, Configuration conf)
      throws IOException {
    Map<Role, RoleStatistics> statistics = new EnumMap<>(Role.class);
    if (task.selection() == null) {
      return statistics;
    }
    Scores known = scores.get(block);
    Map<Role, SampledRows> rows =
        task.plan().reads(Rows.ROWS)
            ? ChosenRows.of(task.selection(), block, Optional.ofNullable(known.tokens()), conf)
            : Map.of();
    for (Role role : Role.values()) {
      statistics.put(
          role,
          new RoleStatistics(
              known.importance().get(role), known.meanSquare().get(role), rows.get(role)));
    }
    return statistics;
  }
}
