package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.LinearScale;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Scales of every role at once, folded into a float block, must not change what it computes. */
class FoldedFunctionTest {
  private final SmallBlock block = new SmallBlock();
  private final float[] input = block.matrix(1, 8).values();

  @Test
  void foldingEveryRoleKeepsWhatTheFloatBlockComputes() {
    BlockWeights folded = folded(DType.F32);
    assertClose(attention(folded), attention(block.weights(DType.F32)));
    assertClose(mlp(folded), mlp(block.weights(DType.F32)));
  }

  @Test
  void roundingTheNormsToTheStoredTypeIsMadeGoodByTheEffectiveScale() {
    block.vectors.keySet().removeIf(tensor -> tensor.endsWith("bias")); // these do get rounded
    BlockWeights folded = folded(DType.BF16);
    assertThat(folded.vector("input_layernorm.weight"))
        .isNotEqualTo(folded(DType.F32).vector("input_layernorm.weight"));
    assertClose(attention(folded), attention(block.weights(DType.BF16)));
    assertClose(mlp(folded), mlp(block.weights(DType.BF16)));
  }

  private BlockWeights folded(DType stored) {
    BlockWeights weights = block.weights(stored);
    Folding folding = new Folding(weights);
    Map<String, float[]> columns = new HashMap<>();
    block.random.setSeed(5);
    for (RoleGroup group : SmallBlock.GROUPS) {
      int width = weights.linear(group.linears().get(0)).columns();
      int repeat = group.fold() instanceof LinearFold linear ? linear.repeat() : 1;
      float[] scale = new float[width / repeat];
      for (int j = 0; j < scale.length; j++) {
        scale[j] = (float) Math.exp(block.random.nextGaussian());
      }
      float[] effective = folding.fold(group.fold(), scale);
      group.linears().forEach(linear -> columns.put(linear, effective));
    }
    Map<String, Matrix> linears = new HashMap<>();
    columns.forEach(
        (linear, scale) ->
            linears.put(
                linear,
                new LinearScale(scale, folding.rows(linear)).apply(weights.linear(linear))));
    return new BlockWeights("folded", linears, folding.vectors(), stored);
  }

  /** q, k and, through one token's attention, o of v. */
  private float[] attention(BlockWeights weights) {
    float[] x = normed(weights, "input_layernorm.weight");
    float[] v = times(weights, "self_attn.v_proj", x);
    float[] heads = new LinearFold("self_attn.v_proj", 2, 2).spread(v);
    float[] o = times(weights, "self_attn.o_proj", heads);
    float[] q = times(weights, "self_attn.q_proj", x);
    float[] k = times(weights, "self_attn.k_proj", x);
    float[] all = java.util.Arrays.copyOf(o, o.length + q.length + k.length);
    System.arraycopy(q, 0, all, o.length, q.length);
    System.arraycopy(k, 0, all, o.length + q.length, k.length);
    return all;
  }

  private float[] mlp(BlockWeights weights) {
    float[] x = normed(weights, "post_attention_layernorm.weight");
    float[] gate = times(weights, "mlp.gate_proj", x);
    float[] up = times(weights, "mlp.up_proj", x);
    for (int i = 0; i < up.length; i++) {
      up[i] *= (float) (gate[i] / (1 + Math.exp(-gate[i])));
    }
    return times(weights, "mlp.down_proj", up);
  }

  private float[] normed(BlockWeights weights, String norm) {
    float[] x = input.clone();
    for (int j = 0; j < x.length; j++) {
      x[j] *= weights.vector(norm)[j];
    }
    return x;
  }

  private static float[] times(BlockWeights weights, String linear, float[] x) {
    float[] bias = weights.vectors().get(linear + ".bias");
    float[] y =
        new PlainProduct()
            .timesTransposed(new Matrix(1, x.length, x), weights.linear(linear))
            .values();
    for (int i = 0; bias != null && i < y.length; i++) {
      y[i] += bias[i];
    }
    return y;
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(2e-5f));
    }
  }
}
