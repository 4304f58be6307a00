package dev.foresight.quantize;

import dev.foresight.Words;
import dev.foresight.importance.TokenKind;
import dev.foresight.model.Role;
import dev.foresight.quantize.fold.Fold;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The linears that share an input, hence a scale.
 *
 * @param role the input
 * @param linears paths within the block, for example {@code self_attn.q_proj}
 * @param unclipped those of them whose groups keep their whole range: q and k, whose outputs meet
 *     in a product that a loss per linear does not see
 * @param fold what absorbs the scale
 * @param spans rows of each linear by what their errors do to the rest of the model, first rows
 *     first; may lack linears where tokens count alike
 */
public record RoleGroup(
    Role role,
    List<String> linears,
    Set<String> unclipped,
    Fold fold,
    Map<String, List<Span>> spans) {
  /**
   * Rows of one kind.
   *
   * @param rows how many
   */
  public record Span(TokenKind kind, int rows) {}

  public RoleGroup {
    spans = Map.copyOf(spans);
    linears = List.copyOf(linears);
    unclipped = Set.copyOf(unclipped);
    if (linears.isEmpty() || !linears.containsAll(unclipped)) {
      throw new IllegalArgumentException(
          Words.format("%s has linears %s, of which %s are not clipped", role, linears, unclipped));
    }
  }

  /** A group whose linears may all be clipped. */
  public RoleGroup(Role role, List<String> linears, Fold fold) {
    this(role, linears, Set.of(), fold);
  }

  /** A group that tells no kinds of rows apart, for tokens that count alike. */
  public RoleGroup(Role role, List<String> linears, Set<String> unclipped, Fold fold) {
    this(role, linears, unclipped, fold, Map.of());
  }
}
