package dev.foresight.quantize;

import dev.foresight.model.Role;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A seeded block: 8 channels, 4 query heads of 2 channels on 2 kv heads, an MLP of 12. */
public final class SmallBlock {
  public static final List<RoleGroup> GROUPS = Blocks.llama(2, 2);

  final Random random = new Random(20_261_122);
  public final Map<String, Matrix> linears = new HashMap<>();
  final Map<String, float[]> vectors = new HashMap<>();
  public final Map<Role, RoleStatistics> statistics = new EnumMap<>(Role.class);

  private final int times;

  public SmallBlock() {
    this(1);
  }

  /** The same block with all dimensions multiplied. */
  public SmallBlock(int times) {
    this.times = times;
    linears.put("self_attn.q_proj", matrix(8 * times, 8 * times));
    linears.put("self_attn.k_proj", matrix(4 * times, 8 * times));
    linears.put("self_attn.v_proj", matrix(4 * times, 8 * times));
    linears.put("self_attn.o_proj", matrix(8 * times, 8 * times));
    linears.put("mlp.gate_proj", matrix(12 * times, 8 * times));
    linears.put("mlp.up_proj", matrix(12 * times, 8 * times));
    linears.put("mlp.down_proj", matrix(8 * times, 12 * times));
    vectors.put("input_layernorm.weight", matrix(1, 8 * times).values());
    vectors.put("post_attention_layernorm.weight", matrix(1, 8 * times).values());
    vectors.put("self_attn.v_proj.bias", matrix(1, 4 * times).values());
    vectors.put("mlp.up_proj.bias", matrix(1, 12 * times).values());
    for (Role role : Role.values()) {
      statistics.put(role, statistics(role == Role.MLP_OUTPUT ? 12 * times : 8 * times));
    }
  }

  /** {@link #GROUPS}, for these dimensions. */
  List<RoleGroup> groups() {
    return Blocks.llama(2, 2 * times);
  }

  public BlockWeights weights(DType stored) {
    return new BlockWeights("model.layers.3", linears, vectors, stored);
  }

  /** Channels of very different size, with 20 sampled rows. */
  private RoleStatistics statistics(int channels) {
    double[] importance = new double[channels];
    double[] meanSquare = new double[channels];
    Matrix rows = matrix(20, channels);
    float[] weights = new float[20];
    java.util.Arrays.fill(weights, 1);
    for (int j = 0; j < channels; j++) {
      importance[j] = Math.exp(2 * random.nextGaussian());
      meanSquare[j] = importance[j] * importance[j];
      for (int t = 0; t < 20; t++) {
        rows.values()[t * channels + j] *= (float) importance[j];
      }
    }
    return new RoleStatistics(importance, meanSquare, new SampledRows(rows, weights));
  }

  public Matrix matrix(int rows, int columns) {
    Matrix matrix = Matrix.zeros(rows, columns);
    for (int i = 0; i < matrix.values().length; i++) {
      matrix.values()[i] = DType.BF16.round((float) random.nextGaussian());
    }
    return matrix;
  }
}
