/** Scales and what absorbs them. Knows neither how they were found nor how weights are rounded. */
package dev.foresight.quantize.fold;
