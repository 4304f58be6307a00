package dev.foresight.study;

/**
 * One method against another, on the same windows and calibrated on the same data.
 *
 * @param method the one
 * @param against the other
 * @param bits width of both
 * @param name statistic of {@link BiasStatistics#of} that is compared
 * @param difference of the mean divergences, method less against, in nats
 * @param share that over the other's
 */
public record Comparison(
    String method, String against, int bits, String name, Interval difference, Interval share) {}
