/** Runs the blocks of a model by ONNX Runtime: sessions, cache of converted weights, batches. */
package dev.foresight.onnx;
