/**
 * Activation sketches: each {@link dev.foresight.sketch.Statistic} with its states, which merge.
 * Knows neither ONNX nor files.
 */
package dev.foresight.sketch;
