package dev.foresight.spark.study;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.importance.TokenWeights;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxMatrixProduct;
import dev.foresight.quantize.BlockParts;
import dev.foresight.quantize.BlockWeights;
import dev.foresight.quantize.CrossLoss;
import dev.foresight.quantize.RoleStatistics;
import dev.foresight.quantize.SampledRows;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.quantize.ChosenRows;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that tries every form on one block: scales searched on one part of the store, their loss
 * measured on the rest of it.
 */
public final class FormLosses implements Function<Integer, List<Map<Role, Double>>> {
  private static final long serialVersionUID = 1L;

  private final Plan plan;
  private final Broadcast<List<Moments>> moments;
  private final SerializableConfiguration conf;

  /**
   * What all blocks have in common.
   *
   * @param model the float model's folder
   * @param grid what to round to
   * @param search what is searched
   * @param forms to try
   * @param calibrated part that scales are searched on
   * @param elsewhere part that losses are measured on
   * @param tokens how much the tokens of the first part's rows count in each block, then those of
   *     the other's; empty where all count alike
   */
  public record Plan(
      String model,
      Grid grid,
      SearchSettings search,
      List<Form> forms,
      SketchSelection calibrated,
      SketchSelection elsewhere,
      List<List<TokenWeights>> tokens)
      implements Serializable {
    Optional<TokenWeights> tokens(int part, int block) {
      return tokens.isEmpty() ? Optional.empty() : Optional.of(tokens.get(part).get(block));
    }
  }

  /**
   * @param moments of all blocks, of the part that scales are searched on
   */
  public FormLosses(Plan plan, Broadcast<List<Moments>> moments, SerializableConfiguration conf) {
    this.plan = plan;
    this.moments = moments;
    this.conf = conf;
  }

  @Override
  public List<Map<Role, Double>> call(Integer block) throws IOException {
    ModelFolder folder = ModelFolders.open(plan.model(), conf.value());
    try (Model model = ExportedCheckpoints.model(folder);
        OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      BlockWeights weights = BlockParts.read(model, block, Optional.empty());
      Map<Role, SampledRows> rows =
          ChosenRows.of(plan.calibrated(), block, plan.tokens(0, block), conf.value());
      Moments own = moments.value().get(block);
      Moments others = new BlockMoments(plan.elsewhere(), conf).call(block);
      Map<Role, RoleStatistics> elsewhere =
          statistics(
              others.meanAbs(),
              others,
              ChosenRows.of(plan.elsewhere(), block, plan.tokens(1, block), conf.value()));
      List<Map<Role, Double>> losses = new ArrayList<>();
      for (Form form : plan.forms()) {
        losses.add(
            CrossLoss.of(
                weights,
                BlockParts.groups(model),
                statistics(form.importance(moments.value(), block), own, rows),
                elsewhere,
                plan.grid(),
                plan.search(),
                product,
                TaskContext.get().cpus()));
      }
      return losses;
    }
  }

  private static Map<Role, RoleStatistics> statistics(
      Map<Role, double[]> importance, Moments moments, Map<Role, SampledRows> rows) {
    Map<Role, RoleStatistics> statistics = new EnumMap<>(Role.class);
    importance.forEach(
        (role, scores) ->
            statistics.put(
                role, new RoleStatistics(scores, moments.meanSquare().get(role), rows.get(role))));
    return statistics;
  }
}
