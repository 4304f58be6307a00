package dev.foresight.sketch;

/**
 * What the search reads of one (block, role): means over the chosen tokens.
 *
 * @param tokens T, weighted by shard
 * @param meanAbs a = Σ|x| / T, one a channel
 * @param meanSquare E[x²], one a channel
 * @param maxAbs max|x|, one a channel, never weighted
 */
@SuppressWarnings("ArrayRecordComponent") // a read-out on its way to the search, never compared
public record RoleMoments(double tokens, double[] meanAbs, double[] meanSquare, float[] maxAbs) {}
