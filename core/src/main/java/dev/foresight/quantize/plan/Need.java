package dev.foresight.quantize.plan;

import dev.foresight.sketch.Statistic;

/**
 * A statistic that is read of a store, and why. Stores say which they have.
 *
 * @param statistic what is read
 * @param by what needs it, for messages
 * @param otherwise what does without, after "or"; empty if nothing does
 */
public record Need(Statistic<?> statistic, String by, String otherwise) {}
