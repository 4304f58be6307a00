package dev.foresight.spark.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.TokenWeights;
import dev.foresight.model.Role;
import dev.foresight.quantize.SampledRows;
import dev.foresight.sketch.RowMix;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** Reads the sampled rows that a search sees. */
public final class ChosenRows {
  private ChosenRows() {}

  /**
   * The rows of one block, mixed from the chosen shards.
   *
   * @param tokens how much their tokens count for this block; none where all count alike
   * @throws InputException if none of them counts, or their tokens are not those of the weights
   */
  public static Map<Role, SampledRows> of(
      SketchSelection selection, int block, Optional<TokenWeights> tokens, Configuration conf)
      throws IOException {
    Map<Role, SampledRows> chosen = new EnumMap<>(Role.class);
    new SketchStore(conf, selection.store())
        .readRows(selection.slices(), block)
        .forEach(
            (role, stored) -> {
              RowMix mix = mix(stored, selection);
              if (mix.rows().rows() > 0) {
                tokens.ifPresent(of -> requireSame(of, mix, role, block, selection));
                chosen.put(
                    role,
                    new SampledRows(
                        mix.rows(),
                        mix.weights(),
                        tokens.map(TokenWeights::weights).orElse(Map.of()),
                        parts(mix)));
              }
            });
    if (chosen.isEmpty()) {
      throw none(selection);
    }
    return chosen;
  }

  /**
   * The tokens whose rows a search sees, the same for all blocks and roles.
   *
   * @throws InputException if there is none
   */
  public static List<SampledToken> tokens(SketchSelection selection, Configuration conf)
      throws IOException {
    List<SampledRow> stored =
        new SketchStore(conf, selection.store())
            .readRows(selection.slices(), 0).values().stream().findFirst().orElse(List.of());
    List<SampledToken> tokens = mix(stored, selection).tokens();
    if (tokens.isEmpty()) {
      throw none(selection);
    }
    return tokens;
  }

  private static RowMix mix(List<SampledRow> stored, SketchSelection selection) {
    return RowMix.of(
        stored,
        selection.tokens(),
        selection.weights(),
        selection.firstPosition(),
        selection.rows(),
        selection.kept());
  }

  private static InputException none(SketchSelection selection) {
    return new InputException(
        Words.format(
            "None of the rows that the store %s holds of %s counts: include position 0 by --first-position include, calibrate into another store with --rows 512, or pass --loss diagonal.",
            selection.store(), String.join(", ", selection.tokens().keySet())));
  }

  /** The shard of each row, by its number among those that have any. */
  private static int[] parts(RowMix mix) {
    Map<String, Integer> numbers = new TreeMap<>();
    return mix.tokens().stream()
        .mapToInt(token -> numbers.computeIfAbsent(token.shard(), shard -> numbers.size()))
        .toArray();
  }

  private static void requireSame(
      TokenWeights tokens, RowMix mix, Role role, int block, SketchSelection selection) {
    if (!tokens.tokens().equals(mix.tokens())) {
      throw new InputException(
          Words.format(
              "The store %s holds rows of %s, block %d, of other tokens than its scalars of tokens: calibrate again, or pass --token-weights none.",
              selection.store(), role.key(), block));
    }
  }
}
