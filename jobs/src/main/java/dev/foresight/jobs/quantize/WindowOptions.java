package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Roles;
import dev.foresight.importance.Weights;
import dev.foresight.importance.Window;
import dev.foresight.model.ModelConfig;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Method;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** The future window by hand; each part that is not given comes from the pre-searched entry. */
final class WindowOptions {
  @Option(
      names = "--window-blend",
      description = "Share of a block's own statistic, γ, 0 to 1; 1 looks at no other block.")
  private Double blend;

  @Option(names = "--window-blocks", description = "How many blocks to look ahead, w.")
  private Integer blocks;

  @Option(
      names = "--window-weights",
      description = "How those blocks share the rest: uniform or geometric:RATIO.")
  private String weights;

  @Option(
      names = "--window-normalization",
      description = "What is blended: none (a), mean (a / its mean) or log (logarithms).")
  private String normalization;

  @Option(
      names = "--window-roles",
      description = "Which roles look ahead: all, residual, or names of roles.")
  private String roles;

  @Option(
      names = "--presearched",
      defaultValue = "auto",
      description =
          "Where the rest of the window comes from: auto (the model's entry, else the fallback),"
              + " fallback, or the path of an entry (default: ${DEFAULT-VALUE}).")
  private String presearched = "auto";

  /** The path of an entry, if that was given. */
  Optional<String> entry() {
    return Optional.of(presearched).filter(p -> !p.equals("auto") && !p.equals("fallback"));
  }

  /**
   * The window of a method.
   *
   * @param config of the model, whose pre-searched entry may hold what is not given
   * @throws InputException if a window is asked for that the method would not look at
   */
  FutureWindow of(Method method, ModelConfig config) throws IOException {
    if (method.looksAhead()) {
      Presearched rest = Presearched.choose(presearched, config);
      return new FutureWindow(rest.name(), over(rest.window()), method.adaptive());
    }
    if (!presearched.equals("auto")
        || Stream.of(blend, blocks, weights, normalization, roles).anyMatch(Objects::nonNull)) {
      throw new InputException(
          Words.format(
              "--method %s has no window over channels: drop --presearched and --window-…, or pass --method faq.",
              method));
    }
    return FutureWindow.none();
  }

  /** The given parts over those of another window. */
  private Window over(Window rest) {
    return new Window(
        blend == null ? rest.blend() : blend,
        blocks == null ? rest.blocks() : blocks,
        weights == null ? rest.weights() : Weights.parse(weights),
        normalization == null ? rest.normalization() : Normalization.parse(normalization),
        roles == null ? rest.roles() : Roles.parse(roles));
  }
}
