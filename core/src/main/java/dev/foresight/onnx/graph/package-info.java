/**
 * Builds ONNX graphs, node by node, and with them what measures each statistic: {@link
 * dev.foresight.onnx.graph.Statistics} lists them all. Runs nothing: sessions live in the package
 * above.
 */
package dev.foresight.onnx.graph;
