package dev.foresight.sketch;

/**
 * A column of a statistic's table, behind those that say whose the row is.
 *
 * @param name as files have it; readers of other programs rely on it
 */
public record Column(String name, Type type) {
  /** What a column holds, and as what Java sees it. */
  public enum Type {
    /** UTF-8, a String. */
    TEXT,
    /** An Integer. */
    INT32,
    /** A Long. */
    INT64,
    /** A Float. */
    FLOAT32,
    /** A byte[]. */
    BYTES,
    /** A list, a double[]. */
    DOUBLES,
    /** A list, a float[]. */
    FLOATS
  }
}
