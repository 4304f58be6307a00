package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.importance.TokenWeighting;
import dev.foresight.quantize.plan.Method;
import picocli.CommandLine.Option;

/** How much each sampled token's error counts. */
final class TokenOptions {
  @Option(
      names = "--token-weights",
      description =
          "How much a sampled token's error counts: none (all alike); future, by the attention it"
              + " receives and its residual stream in later blocks; current, in the block itself;"
              + " first-position, future at position 0 alone (default: future for foresight, else none).")
  private String weights;

  @Option(
      names = "--token-exponent",
      paramLabel = "E",
      description = "Exponent of token weights, above 0, at most 2 (default: 0.5).")
  private Double exponent;

  @Option(
      names = "--token-blocks",
      paramLabel = "N",
      description = "How many later blocks token weights look at, 0 for all (default: 0).")
  private Integer blocks;

  @Option(
      names = "--token-attention",
      negatable = true,
      fallbackValue = "true",
      description =
          "Attention received is a factor also for what goes into the residual stream (default: on).")
  private Boolean attention;

  /**
   * What the options ask for.
   *
   * @param method whose own form counts where none is given
   * @throws InputException if they contradict each other or are out of range
   */
  TokenWeighting over(Method method) {
    TokenWeighting usual =
        weights == null ? method.tokens() : TokenWeighting.of(TokenWeighting.Form.parse(weights));
    if (!usual.weighs() && (exponent != null || blocks != null || attention != null)) {
      throw new InputException(
          "--token-exponent, --token-blocks and --token-attention are of token weights: drop them, or pass --token-weights future.");
    }
    return new TokenWeighting(
        usual.form(),
        exponent == null ? usual.exponent() : exponent,
        blocks == null ? usual.blocks() : blocks,
        attention == null ? usual.attention() : attention);
  }
}
