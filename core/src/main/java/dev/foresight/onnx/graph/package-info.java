/** Builds ONNX graphs, node by node. Runs nothing: sessions live in the package above. */
package dev.foresight.onnx.graph;
