/**
 * What a quantization is asked for: grids, losses, steps, searches, as values. They hold no weights
 * and run nothing; what acts on them lives in the package above.
 */
package dev.foresight.quantize.plan;
