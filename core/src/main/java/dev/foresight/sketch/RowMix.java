package dev.foresight.sketch;

import dev.foresight.tensor.Matrix;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * The rows that the sampled loss sees, chosen by {@link SampleMix}.
 *
 * @param rows [n, channels]
 * @param weights tokens that each row stands for
 * @param tokens whose the rows are
 */
@SuppressWarnings("ArrayRecordComponent") // a read-out on its way to the search, never compared
public record RowMix(Matrix rows, float[] weights, List<SampledToken> tokens) {
  /**
   * @param stored sampled rows of all chosen slices, of one (block, role), in any order
   * @param tokens T of each shard in (position 0, rest)
   * @param shardWeights w of each shard; a shard that is not named weighs 1
   * @param wanted rows in all; small cells may add a few
   * @param kept rows of a shard's rest that belong to its sample; more are stored when it has
   *     several slices
   */
  public static RowMix of(
      Collection<SampledRow> stored,
      Map<String, long[]> tokens,
      Map<String, Double> shardWeights,
      FirstPosition firstPosition,
      int wanted,
      int kept) {
    SampleMix<SampledRow> mix =
        SampleMix.of(stored, tokens, shardWeights, firstPosition, wanted, kept);
    List<SampledRow> chosen = mix.chosen();
    int channels = chosen.isEmpty() ? 0 : chosen.get(0).halves().length;
    Matrix rows = Matrix.zeros(chosen.size(), channels);
    for (int i = 0; i < chosen.size(); i++) {
      chosen.get(i).copyTo(rows.values(), i * channels);
    }
    return new RowMix(rows, mix.weights(), mix.tokens());
  }
}
