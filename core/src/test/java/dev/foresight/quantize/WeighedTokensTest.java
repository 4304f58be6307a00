package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.importance.TokenKind;
import dev.foresight.model.Role;
import dev.foresight.quantize.RoleGroup.Span;
import dev.foresight.quantize.fold.NoFold;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What weights of tokens do to a block: each linear is judged by those of its kind. */
class WeighedTokensTest {
  private static final Grid GRID = new Grid(3, 4, false, DType.F16);
  private static final String Q = "self_attn.q_proj";
  private static final String K = "self_attn.k_proj";
  private static final String V = "self_attn.v_proj";
  private static final Map<String, List<Span>> PARTS =
      Map.of(
          Q, List.of(new Span(TokenKind.QUERY, 8)),
          K, List.of(new Span(TokenKind.KEY_VALUE, 4)),
          V, List.of(new Span(TokenKind.KEY_VALUE, 4)));

  private final SmallBlock block = new SmallBlock();

  private static Map<TokenKind, float[]> uneven() {
    Map<TokenKind, float[]> weights = new EnumMap<>(TokenKind.class);
    Random random = new Random(18);
    for (TokenKind kind : List.of(TokenKind.QUERY, TokenKind.KEY_VALUE)) {
      float[] ofRows = new float[20];
      for (int t = 0; t < 20; t++) {
        ofRows[t] = (float) Math.exp(2 * random.nextGaussian());
      }
      weights.put(kind, ofRows);
    }
    return weights;
  }

  private static Map<TokenKind, float[]> ones() {
    Map<TokenKind, float[]> weights = uneven();
    weights.values().forEach(ofRows -> java.util.Arrays.fill(ofRows, 1));
    return weights;
  }

  private RoleStatistics weighed(Map<TokenKind, float[]> tokens) {
    RoleStatistics known = block.statistics.get(Role.ATTENTION_INPUT);
    SampledRows rows = known.rows();
    return new RoleStatistics(
        known.importance(),
        known.meanSquare(),
        new SampledRows(rows.rows(), rows.weights(), tokens));
  }

  /** The attention's input alone, as one role of a block of these linears. */
  private BlockResult quantize(
      Map<String, Matrix> linears, Map<String, List<Span>> spans, Map<TokenKind, float[]> tokens) {
    List<String> names = linears.keySet().stream().sorted().toList();
    return BlockQuantizer.quantize(
        new BlockWeights("model.layers.3", linears, Map.of(), DType.F32),
        List.of(new RoleGroup(Role.ATTENTION_INPUT, names, Set.of(), new NoFold(), spans)),
        Map.of(Role.ATTENTION_INPUT, weighed(tokens)),
        GRID,
        SearchSettings.rtn().withLoss(Loss.SAMPLED).withSteps(Steps.OUTPUT),
        new PlainProduct());
  }

  private Map<String, Matrix> linears() {
    Map<String, Matrix> linears = new HashMap<>();
    List.of(Q, K, V).forEach(name -> linears.put(name, block.linears.get(name)));
    return linears;
  }

  @Test
  void tokensThatWeighOneAreTokensThatCountAlike() {
    BlockResult alike = quantize(linears(), Map.of(), Map.of());
    BlockResult ones = quantize(linears(), PARTS, ones());
    for (String name : List.of(Q, K, V)) {
      assertThat(ones.linears().get(name).codes()).isEqualTo(alike.linears().get(name).codes());
      assertThat(ones.linears().get(name).steps()).isEqualTo(alike.linears().get(name).steps());
    }
    assertThat(ones.reports()).isEqualTo(alike.reports());
  }

  /** Σ_t w_t ‖ΔW x_t‖² over the calibrated rows, written out. */
  @Test
  void lossOfALinearIsWeighedByTheTokensOfItsKind() {
    Map<TokenKind, float[]> tokens = uneven();
    BlockResult result = quantize(linears(), PARTS, tokens);
    RoleStatistics known = block.statistics.get(Role.ATTENTION_INPUT);
    float[] x = known.rows().calibrated(known.meanSquare()).values();
    for (LinearReport report : result.reports()) {
      float[] weights = tokens.get(PARTS.get(report.linear()).get(0).kind());
      float[] before = block.linears.get(report.linear()).values();
      float[] after = result.linears().get(report.linear()).dequantized().values();
      double loss = 0;
      for (int t = 0; t < 20; t++) {
        for (int i = 0; i < before.length; i += 8) {
          double y = 0;
          for (int j = 0; j < 8; j++) {
            y += ((double) after[i + j] - before[i + j]) * x[t * 8 + j];
          }
          loss += weights[t] * y * y;
        }
      }
      assertThat(report.finalLoss()).isCloseTo(loss, within(1e-5 * loss));
    }
  }

  @Test
  void partsOfAFusedLinearAreRoundedAsLinearsOfTheirOwn() {
    Map<TokenKind, float[]> tokens = uneven();
    BlockResult apart = quantize(linears(), PARTS, tokens);
    float[] rows = new float[16 * 8];
    System.arraycopy(block.linears.get(Q).values(), 0, rows, 0, 8 * 8);
    System.arraycopy(block.linears.get(K).values(), 0, rows, 8 * 8, 4 * 8);
    System.arraycopy(block.linears.get(V).values(), 0, rows, 12 * 8, 4 * 8);
    List<Span> spans = List.of(new Span(TokenKind.QUERY, 8), new Span(TokenKind.KEY_VALUE, 8));
    BlockResult fused =
        quantize(Map.of("qkv", new Matrix(16, 8, rows)), Map.of("qkv", spans), tokens);
    QuantizedLinear whole = fused.linears().get("qkv");
    QuantizedLinear stacked =
        QuantizedLinear.stacked(List.of(Q, K, V).stream().map(apart.linears()::get).toList());
    assertThat(whole.codes()).isEqualTo(stacked.codes());
    assertThat(whole.steps()).isEqualTo(stacked.steps());
    assertThat(whole.zeros()).isEqualTo(stacked.zeros());
    double sum = apart.reports().stream().mapToDouble(LinearReport::finalLoss).sum();
    assertThat(fused.reports().get(0).finalLoss()).isCloseTo(sum, within(1e-6 * sum));
    assertThat(whole.codes())
        .isNotEqualTo(
            quantize(Map.of("qkv", new Matrix(16, 8, rows)), Map.of("qkv", spans), ones())
                .linears()
                .get("qkv")
                .codes());
  }
}
