package dev.foresight.importance;

import dev.foresight.model.Part;

/** What the errors of a linear do to the rest of the model: which weight a token has for it. */
public enum TokenKind {
  /** Queries, which only the query's own token feels. */
  QUERY,
  /** Keys and values, which all tokens feel that attend to this one. */
  KEY_VALUE,
  /** What attention adds to the residual stream. */
  RESIDUAL_ATTENTION,
  /** What the MLP adds to it, and what that is made from. */
  RESIDUAL_MLP;

  /** Of a part of a block. */
  public static TokenKind of(Part part) {
    return switch (part) {
      case QUERY -> QUERY;
      case KEY, VALUE -> KEY_VALUE;
      case ATTENTION_OUT -> RESIDUAL_ATTENTION;
      case GATE, UP, DOWN -> RESIDUAL_MLP;
    };
  }
}
