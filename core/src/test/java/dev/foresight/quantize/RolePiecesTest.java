package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.importance.TokenKind;
import dev.foresight.model.Role;
import dev.foresight.quantize.RoleGroup.Span;
import dev.foresight.quantize.RoleSearch.Piece;
import dev.foresight.quantize.kernel.RowWorkers;
import dev.foresight.quantize.plan.BlockGrids;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.Rounding;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows of linears that are judged alike: what they are judged by, and who frees it. */
class RolePiecesTest {
  private static final String GATE = "mlp.gate_proj";
  private static final String UP = "mlp.up_proj";
  private static final BlockGrids GRIDS = BlockGrids.of(new Grid(3, 4, false, DType.F16));

  private final SmallBlock block = new SmallBlock();
  private final RoleGroup group = SmallBlock.GROUPS.get(2);
  private final CountedProduct product = new CountedProduct();
  private final RowWorkers workers = new RowWorkers(1);

  @AfterEach
  void allFactorsAreFreed() {
    workers.close();
    assertThat(product.open()).isZero();
  }

  private RoleSearch search(RoleGroup role, SearchSettings settings) {
    return RoleSearch.of(
        block.weights(DType.F32), role, GRIDS, settings, block.statistics, product, workers);
  }

  private RoleSearch search(SearchSettings settings) {
    return search(group, settings);
  }

  /** Statistics of the role with other rows. */
  private void put(SampledRows rows) {
    RoleStatistics known = block.statistics.get(Role.MLP_INPUT);
    block.statistics.put(
        Role.MLP_INPUT, new RoleStatistics(known.importance(), known.meanSquare(), rows));
  }

  private SampledRows rows() {
    return block.statistics.get(Role.MLP_INPUT).rows();
  }

  private static SearchSettings compensated(double shrinkage) {
    return SearchSettings.rtn()
        .withRounding(new RoundingSettings(Rounding.COMPENSATED, shrinkage, 0));
  }

  @Test
  void linearsThatAreJudgedAlikeShareOneErrorThatIsFreedOnce() {
    RoleSearch found = search(SearchSettings.awq());
    Piece gate = found.pieces().get(GATE).get(0);
    assertThat(found.pieces().get(UP).get(0).error()).isSameAs(gate.error());
    assertThat(gate.inputs()).isSameAs(found.pieces().get(UP).get(0).inputs());
    assertThat(product.open()).isPositive();
    found.close();
    assertThat(product.open()).isZero(); // and a second time would fail
  }

  @Test
  void weightsThatBreakTheSearchLeaveNoNativeMemoryBehind() {
    block.linears.put(UP, Matrix.zeros(12, 4)); // which no layout of this block has
    assertThatThrownBy(() -> search(SearchSettings.awq()))
        .isInstanceOf(ArrayIndexOutOfBoundsException.class);
    assertThat(product.made()).isPositive();
  }

  /** Rows 0 to 7 of one kind and 8 to 11 of another, each with the weights of its own tokens. */
  @Test
  void kindsOfTokensCutALinearIntoPieces() {
    SampledRows rows = rows();
    Map<TokenKind, float[]> tokens = new EnumMap<>(TokenKind.class);
    tokens.put(TokenKind.QUERY, filled(rows, 1));
    tokens.put(TokenKind.RESIDUAL_MLP, filled(rows, 4));
    put(new SampledRows(rows.rows(), rows.weights(), tokens));
    Span query = new Span(TokenKind.QUERY, 8);
    Span rest = new Span(TokenKind.RESIDUAL_MLP, 4);
    RoleGroup cut =
        new RoleGroup(
            Role.MLP_INPUT,
            List.of(GATE, UP),
            Set.of(),
            group.fold(),
            Map.of(GATE, List.of(query, rest), UP, List.of(new Span(TokenKind.RESIDUAL_MLP, 12))));
    RoleSearch found = search(cut, SearchSettings.rtn().withLoss(Loss.SAMPLED));
    List<Piece> pieces = found.pieces().get(GATE);
    assertThat(pieces).extracting(Piece::from).containsExactly(0, 8);
    assertThat(pieces).extracting(Piece::to).containsExactly(8, 12);
    assertThat(pieces.get(1).error())
        .isSameAs(found.pieces().get(UP).get(0).error())
        .isNotSameAs(pieces.get(0).error());
    Matrix gate = block.linears.get(GATE);
    assertThat(pieces.get(1).of(gate).values())
        .isEqualTo(Arrays.copyOfRange(gate.values(), 64, 96));
    // a change of 1 of one weight: x_0² of the mean token, and four times as much for the second
    double first = found.error(GATE, 8, changeOf(0), workers);
    assertThat(found.error(GATE, 8, changeOf(64), workers))
        .isCloseTo(4 * first, within(1e-4 * first));
    assertThat(first).isCloseTo(meanSquare(0), within(1e-4 * first));
    found.close();
  }

  private static float[] filled(SampledRows rows, float value) {
    float[] values = new float[rows.weights().length];
    Arrays.fill(values, value);
    return values;
  }

  private double meanSquare(int channel) {
    SampledRows rows = rows(); // as the rows have it, kept within 1/8 and 8 of the exact one
    float[] calibrated =
        rows.calibrated(block.statistics.get(Role.MLP_INPUT).meanSquare()).values();
    double sum = 0;
    for (int at = channel; at < calibrated.length; at += 8) {
      sum += calibrated[at] * calibrated[at];
    }
    return sum;
  }

  private static Changes changeOf(int index) {
    return (kernels, from, rows, into) -> {
      Arrays.fill(into, 0);
      if (index >= from * 8 && index < (from + rows) * 8) {
        into[index - from * 8] = 1;
      }
    };
  }

  @Test
  void pieceOfAWholeLinearIsTheLinearItself() {
    Matrix gate = block.linears.get(GATE);
    assertThat(new Piece(0, 12, null, null, null, 0).of(gate)).isSameAs(gate);
  }

  /** 20 rows alike, of one part, on 8 channels: v = 1 + 2 · 8 / 20, λ = v / (1 + v). */
  @Test
  void shrinkageIsTheOneThatWasSetOrThatOfTheRows() {
    RoleSearch set = search(compensated(0.25));
    assertThat(set.pieces().get(UP).get(0).shrinkage()).isEqualTo(0.25);
    RoleSearch learnt = search(compensated(Double.NaN));
    assertThat(learnt.pieces().get(UP).get(0).shrinkage()).isCloseTo(1.8 / 2.8, within(1e-12));
  }

  @Test
  void floatRowsStandBesideWhatQuantizedBlocksSend() {
    SampledRows rows = rows();
    Matrix twice = new Matrix(20, 8, rows.rows().values().clone());
    for (int i = 0; i < twice.values().length; i++) {
      twice.values()[i] *= 2;
    }
    put(rows.with(twice));
    SearchSettings propagating =
        SearchSettings.rtn()
            .withRounding(new RoundingSettings(Rounding.COMPENSATED, 0, 0).propagating(true));
    Piece piece = search(propagating).pieces().get(UP).get(0);
    for (int i = 0; i < 160; i++) {
      assertThat(piece.inputs().values()[i]).isEqualTo(2 * piece.floats().values()[i]);
    }
    assertThat(search(compensated(0)).pieces().get(UP).get(0).floats()).isNull();
  }
}
