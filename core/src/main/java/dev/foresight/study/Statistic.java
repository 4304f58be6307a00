package dev.foresight.study;

/**
 * A number of a study.
 *
 * @param method what it is of
 * @param bits width of a code
 * @param measure {@code divergence} or {@code loss}, in nats
 * @param name one of {@link BiasStatistics#of}
 * @param interval its value and interval
 */
public record Statistic(String method, int bits, String measure, String name, Interval interval) {}
