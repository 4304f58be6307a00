/**
 * Compensated rounding: codes and steps of a linear under the products of its input channels. Knows
 * matrices, grids and kernels; where rows come from and what becomes of the codes is the package
 * above's business.
 */
package dev.foresight.quantize.compensate;
