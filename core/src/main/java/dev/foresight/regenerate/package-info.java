/**
 * Calibration text that a model rewrites: what it is asked, what is seen of its answers, and which
 * of them wins. After Family-Aware Quantization (arXiv 2601.11200), whose prompts, counts and
 * scores are not published: the form is our own (docs/regeneration.md).
 */
package dev.foresight.regenerate;
