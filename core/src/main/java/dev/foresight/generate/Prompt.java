package dev.foresight.generate;

import java.io.Serializable;

/**
 * What a model continues.
 *
 * @param id of the sample; with the seed it decides what chance does
 * @param tokens ids, at least one
 * @param most tokens that may follow, if that is fewer than the settings allow
 */
@SuppressWarnings("ArrayRecordComponent") // run and dropped, never compared
public record Prompt(String id, int[] tokens, int most) implements Serializable {
  /** One that the settings alone bound. */
  public Prompt(String id, int[] tokens) {
    this(id, tokens, Integer.MAX_VALUE);
  }
}
