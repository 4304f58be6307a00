package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FoldingTest {
  private static final NormFold NORM = new NormFold("norm", 0);

  @Test
  void effectiveScaleIsWhatTheStoredNormLeaves() {
    float[] norm = {1, 1.5f, -3};
    Folding folding = new Folding(norms(norm, DType.BF16));
    float[] scale = {1.1f, 0.31f, 7};
    float[] effective = folding.fold(NORM, scale);
    float[] stored = folding.vectors().get("norm.weight");
    for (int j = 0; j < 3; j++) {
      assertThat(stored[j]).isEqualTo(DType.BF16.round(norm[j] / scale[j]));
      assertThat(effective[j]).isEqualTo(norm[j] / stored[j]);
      assertThat(effective[j]).isNotEqualTo(scale[j]).isCloseTo(scale[j], within(scale[j] / 256));
    }
  }

  @Test
  void channelThatTheNormSilencesKeepsScaleOne() {
    Folding folding = new Folding(norms(new float[] {0, 2}, DType.BF16));
    assertThat(folding.fold(NORM, new float[] {3, 2})).containsExactly(1, 2);
    assertThat(folding.vectors().get("norm.weight")).containsExactly(0, 1);
  }

  @Test
  void channelWhoseDividedNormDoesNotFitItsTypeKeepsItsNorm() {
    float[] norm = {1024, 0x1p-14f};
    Folding folding = new Folding(norms(norm, DType.F16));
    assertThat(folding.fold(NORM, new float[] {0x1p-10f, 0x1p12f})).containsExactly(1, 1);
    assertThat(folding.vectors().get("norm.weight")).isEqualTo(norm);
  }

  @Test
  void gemmaNormIsDividedTogetherWithTheOneTheModelAdds() {
    float[] norm = {0.5f, -0.25f, -1};
    Folding folding = new Folding(norms(norm, DType.F32));
    float[] effective = folding.fold(new NormFold("norm", 1), new float[] {3, 0.5f, 2});
    float[] stored = folding.vectors().get("norm.weight");
    assertThat(stored[0]).isEqualTo(-0.5f); // (1 + 0.5) / 3 - 1
    assertThat(stored[1]).isEqualTo(0.5f); // (1 - 0.25) / 0.5 - 1
    assertThat(stored[2]).isEqualTo(-1); // a silent channel
    assertThat(effective).containsExactly(3, 0.5f, 1);
  }

  @Test
  void biasOfALayerNormIsDividedByTheEffectiveScale() {
    BlockWeights weights =
        new BlockWeights(
            "b",
            Map.of(),
            Map.of("norm.weight", new float[] {2, 0}, "norm.bias", new float[] {6, 5}),
            DType.F32);
    Folding folding = new Folding(weights);
    folding.fold(NORM, new float[] {2, 4});
    assertThat(folding.vectors().get("norm.bias")).containsExactly(3, 5);
  }

  @Test
  void headsThatShareAKvHeadShareItsScale() {
    LinearFold fold = new LinearFold("v", 2, 2);
    // four query heads of two channels read two kv heads
    assertThat(fold.average(new double[] {1, 2, 3, 4, 5, 6, 7, 8})).containsExactly(2, 3, 6, 7);
    assertThat(fold.spread(new float[] {2, 3, 6, 7})).containsExactly(2, 3, 2, 3, 6, 7, 6, 7);
  }

  @Test
  void rowWhoseDividedBiasDoesNotFitItsTypeKeepsScaleOneForAllItsHeads() {
    BlockWeights weights =
        new BlockWeights(
            "b",
            Map.of("v", Matrix.zeros(2, 1)),
            Map.of("v.bias", new float[] {60000, 60000}),
            DType.F16);
    Folding folding = new Folding(weights);
    assertThat(folding.fold(new LinearFold("v", 2, 1), new float[] {0.5f, 2}))
        .containsExactly(1, 1, 2, 2);
    assertThat(folding.rows("v")).containsExactly(1, 2);
    assertThat(folding.vectors().get("v.bias")).containsExactly(60000, 30000);
  }

  /** A norm stored in fp32 beside linears in bf16 loses nothing; 1 + 2^-20 is no bf16. */
  @Test
  void vectorOfAnotherTypeIsRoundedToItsOwn() {
    float fine = 1 + 0x1p-20f;
    BlockWeights weights =
        new BlockWeights(
            "b",
            Map.of(),
            Map.of("norm.weight", new float[] {fine}, "q.bias", new float[] {fine}),
            DType.BF16,
            Map.of("norm.weight", DType.F32));
    Folding folding = new Folding(weights);
    assertThat(folding.fold(NORM, new float[] {2})).containsExactly(2);
    assertThat(folding.vectors().get("norm.weight")).containsExactly(fine / 2);
    assertThat(folding.vectors().get("q.bias")).containsExactly(1);
  }

  private static BlockWeights norms(float[] norm, DType stored) {
    return new BlockWeights("b", Map.of(), Map.of("norm.weight", norm), stored);
  }
}
