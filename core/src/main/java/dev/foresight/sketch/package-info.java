/** Activation sketches: sums and sampled rows that merge. Know neither ONNX nor files. */
package dev.foresight.sketch;
