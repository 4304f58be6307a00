package dev.foresight.importance;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Role;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The roles whose statistics are fused with those of the blocks ahead; the others keep their own.
 *
 * @param fused at least one role
 */
public record Roles(Set<Role> fused) implements java.io.Serializable {
  /** Every role. */
  public static final Roles ALL = new Roles(EnumSet.allOf(Role.class));

  /** The roles that read the residual stream, whose channels mean the same in the next block. */
  public static final Roles RESIDUAL = new Roles(EnumSet.of(Role.ATTENTION_INPUT, Role.MLP_INPUT));

  public Roles {
    if (fused.isEmpty()) {
      throw new InputException(
          "--window-roles is empty: name a role, or set --window-blend 1 to fuse none.");
    }
    fused = Set.copyOf(fused);
  }

  /**
   * @param key {@code all}, {@code residual}, or names of roles with commas between
   * @throws InputException for anything else
   */
  public static Roles parse(String key) {
    return switch (key) {
      case "all" -> ALL;
      case "residual" -> RESIDUAL;
      default ->
          new Roles(
              Arrays.stream(key.split(",", -1)).map(Roles::parseRole).collect(Collectors.toSet()));
    };
  }

  private static Role parseRole(String key) {
    return Arrays.stream(Role.values())
        .filter(role -> role.key().equals(key.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "--window-roles has no role '%s': choose all, residual, or some of %s.",
                        key.strip(), keys(EnumSet.allOf(Role.class)))));
  }

  /** The name in settings, as {@link #parse} reads it. */
  public String key() {
    if (equals(ALL)) {
      return "all";
    }
    return equals(RESIDUAL) ? "residual" : keys(fused);
  }

  private static String keys(Set<Role> roles) {
    return roles.stream().sorted().map(Role::key).collect(Collectors.joining(","));
  }
}
