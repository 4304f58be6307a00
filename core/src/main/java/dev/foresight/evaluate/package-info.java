/** Perplexity and divergence of windows, paired comparisons. */
package dev.foresight.evaluate;
