package dev.foresight.quantize.compensate;

import dev.foresight.tensor.Matrix;

/**
 * What codes are to come near to.
 *
 * @param weights [out, in]
 * @param correction α, the share of what is missing that was added; NaN where nothing is known to
 *     be missing
 */
public record Target(Matrix weights, double correction) {}
