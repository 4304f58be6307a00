package dev.foresight.sketch;

/** Whether position 0 of each sequence counts; it carries huge activations and is kept apart. */
public enum FirstPosition {
  /** It counts like any other token, as in AWQ. */
  INCLUDE,
  /** It is left out of all statistics and rows. */
  EXCLUDE
}
