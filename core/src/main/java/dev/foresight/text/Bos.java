package dev.foresight.text;

/** Where the beginning-of-sequence token stands in calibration text. */
public enum Bos {
  /** Like {@link #START} if the tokenizer itself adds one, else like {@link #NONE}. */
  AUTO,
  /** Nowhere. */
  NONE,
  /** At the start of each sequence. */
  START,
  /** At the start of each document, wherever in a sequence that falls. */
  EACH
}
