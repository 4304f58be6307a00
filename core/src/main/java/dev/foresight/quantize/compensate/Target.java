package dev.foresight.quantize.compensate;

import dev.foresight.tensor.Matrix;

/**
 * What codes are to come near to.
 *
 * @param weights [out, in]
 * @param correction α, 0 to 1: the share of the solved correction that was added
 */
public record Target(Matrix weights, double correction) {}
