package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.model.Role;
import dev.foresight.quantize.RoleStatistics;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.spark.selection.SketchSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a search is given, by what its plan reads; {@link CalibratedLlama}. */
class BlockKnowledgeTest {
  private static final String OUTPUT = Path.of("never-written").toString();

  private static Map<Role, RoleStatistics> knowledge(
      SearchSettings search, SketchSelection selection, int block, List<Scores> scores)
      throws IOException {
    QuantizationPlan plan =
        new QuantizationPlan(
            Method.AWQ,
            "dequantized",
            ModelGrids.of(Propagation.GRID),
            search,
            FutureWindow.none(),
            selection == null ? null : DataChoice.all(FirstPosition.INCLUDE),
            8);
    Task task = new Task(CalibratedLlama.MODEL.toString(), OUTPUT, plan, selection);
    return BlockKnowledge.of(task, block, scores, CalibratedLlama.CONF);
  }

  private static List<Scores> scores() throws IOException {
    return new Propagation(OUTPUT).scores();
  }

  private static SketchSelection selection() throws IOException {
    return CalibratedLlama.selection(FirstPosition.INCLUDE, 8);
  }

  @Test
  void nothingIsKnownWhereNothingIsLearnt() throws IOException {
    assertThat(knowledge(SearchSettings.rtn(), null, 1, List.of())).isEmpty();
  }

  @Test
  void scoresAreThoseOfTheBlock() throws IOException {
    List<Scores> scores = scores();
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      Map<Role, RoleStatistics> known = knowledge(SearchSettings.awq(), selection(), block, scores);
      assertThat(known).containsOnlyKeys(Role.values());
      for (Role role : Role.values()) {
        assertThat(known.get(role).importance()).isSameAs(scores.get(block).importance().get(role));
        assertThat(known.get(role).meanSquare()).isSameAs(scores.get(block).meanSquare().get(role));
      }
    }
  }

  @Test
  void rowsAreReadForTheSampledLossAlone() throws IOException {
    SearchSettings diagonal = SearchSettings.awq().withLoss(Loss.DIAGONAL);
    assertThat(knowledge(diagonal, selection(), 0, scores()).values())
        .allMatch(role -> role.rows() == null);
    assertThat(knowledge(SearchSettings.awq(), selection(), 0, scores()).values())
        .allMatch(role -> role.rows().rows().rows() >= 8);
  }

  @Test
  void compensatedRoundingReadsRowsWhateverTheLoss() throws IOException {
    SearchSettings compensated = SearchSettings.foresight().withLoss(Loss.DIAGONAL);
    assertThat(knowledge(compensated, selection(), 2, scores()).values())
        .allMatch(role -> role.rows() != null);
  }

  /**
   * The golden sums are of all 3 first tokens and of the 117 behind them, summed by torch hooks.
   */
  @Test
  void meanSquaresAreThoseOfTransformersOverAllTokens() throws IOException {
    Map<Role, RoleStatistics> known = knowledge(SearchSettings.awq(), selection(), 1, scores());
    for (Role role : Role.values()) {
      float[] first = CalibratedLlama.golden("block1.%s.first".formatted(role.key()));
      float[] later = CalibratedLlama.golden("block1.%s.later".formatted(role.key()));
      double[] found = known.get(role).meanSquare();
      for (int j = 0; j < found.length; j++) {
        double sum = (double) first[2 * found.length + j] + later[2 * found.length + j];
        assertThat(found[j])
            .as("%s, channel %d", role.key(), j)
            .isCloseTo(sum / 120, within(1e-4 * sum / 120));
      }
    }
  }
}
