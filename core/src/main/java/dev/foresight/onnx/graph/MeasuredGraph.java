package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.BlockNorms;
import dev.foresight.model.ModelConfig;
import java.util.List;

/** A block's graph as the nodes of statistics see it. */
final class MeasuredGraph {
  private final OnnxGraph graph;
  private final ModelConfig config;
  private final BlockNorms norms;
  private final BlockAttention attention;
  private final String batchAndLength;
  private boolean strata;
  private boolean rows;

  /**
   * @param attention of this kind of block
   * @param batchAndLength a vector with both sizes
   */
  MeasuredGraph(
      OnnxGraph graph,
      ModelConfig config,
      BlockNorms norms,
      BlockAttention attention,
      String batchAndLength) {
    this.graph = graph;
    this.config = config;
    this.norms = norms;
    this.attention = attention;
    this.batchAndLength = batchAndLength;
  }

  /** Where nodes are added. */
  OnnxGraph graph() {
    return graph;
  }

  /** The model's. */
  ModelConfig config() {
    return config;
  }

  /** Of every block. */
  BlockNorms norms() {
    return norms;
  }

  /** What makes this kind of block. */
  BlockAttention attention() {
    return attention;
  }

  /** A vector with both sizes. */
  String batchAndLength() {
    return batchAndLength;
  }

  /** Ones where a token is at a later position than 0, [1, T]. */
  String rest() {
    if (!strata) {
      graph.input(BlockGraph.STRATA, 2, "tokens");
      strata = true;
    }
    return graph.node("Gather", List.of(BlockGraph.STRATA, graph.indices(0)), attribute("axis", 0));
  }

  /** The tokens at position 0, [batch, channels]. */
  String first(String x, int channels) {
    String sequences = graph.threeAxes(x, batchAndLength, channels);
    String first = graph.node("Gather", List.of(sequences, graph.indices(0)), attribute("axis", 1));
    return graph.node("Reshape", List.of(first, graph.indices(-1, channels)));
  }

  /** Numbers of the sampled tokens, [k]. */
  String rows() {
    if (!rows) {
      graph.indexInput(BlockGraph.ROWS, "k");
      rows = true;
    }
    return BlockGraph.ROWS;
  }

  /**
   * A node whose output is measured.
   *
   * @param place a role, or {@link dev.foresight.sketch.Statistic#BLOCK}
   */
  void output(
      String place,
      String name,
      String operator,
      List<String> inputs,
      AttributeProto... attributes) {
    graph.output(BlockGraph.output(place, name), operator, inputs, attributes);
  }
}
