package dev.foresight.study;

/**
 * A variant over all domains.
 *
 * @param method whose
 * @param bits width of a code
 * @param kind how the part of the store was chosen
 * @param calibratedOn the part
 * @param divergence mean over the domains, in nats
 */
public record VariantMean(
    String method, int bits, String kind, String calibratedOn, Interval divergence) {}
