/**
 * Grids, scale search, clip search, folding and rounding of one block's weights. Knows neither how
 * activations were gathered nor what container the codes go to.
 */
package dev.foresight.quantize;
