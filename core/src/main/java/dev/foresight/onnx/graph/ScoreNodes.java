package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The two ways in which ONNX Runtime lets tokens see those before them, both exact. Queries are
 * [batch, length, heads x head dimension], keys and values have the channels of the kv heads.
 */
public final class ScoreNodes {
  private final OnnxGraph graph;
  private final String batchAndLength;

  /**
   * @param batchAndLength a vector with both sizes
   */
  public ScoreNodes(OnnxGraph graph, String batchAndLength) {
    this.graph = graph;
    this.batchAndLength = batchAndLength;
  }

  /**
   * By ONNX's own operator, which computes all scores and masks those that are not to be seen.
   *
   * @param heads how many query and kv heads
   * @param more scale and cap
   */
  public String standard(
      String q, String k, String v, OptionalInt window, Heads heads, List<AttributeProto> more) {
    List<String> inputs = new ArrayList<>(List.of(q, k, v));
    window.ifPresent(size -> inputs.add(windowMask(size)));
    List<AttributeProto> attributes = new ArrayList<>(more);
    attributes.add(attribute("q_num_heads", heads.query()));
    attributes.add(attribute("kv_num_heads", heads.kv()));
    attributes.add(attribute("is_causal", 1));
    return graph.node("Attention", inputs, attributes.toArray(AttributeProto[]::new));
  }

  /**
   * By GroupQueryAttention, which computes only the scores that are seen; heads must have a
   * multiple of 8 channels.
   *
   * @param heads how many query and kv heads
   * @param more scale and cap
   */
  public String grouped(
      String q, String k, String v, OptionalInt window, Heads heads, List<AttributeProto> more) {
    AttributeProto toInt32 = attribute("to", OnnxGraph.INT32);
    String length = size(graph.index(1));
    String last = graph.node("Sub", List.of(length, graph.index(1)));
    String lasts = graph.node("Expand", List.of(last, size(graph.indices(0))));
    List<String> inputs =
        List.of(
            q,
            k,
            v,
            "", // no tokens came before
            "",
            graph.node("Cast", List.of(lasts), toInt32),
            graph.node("Cast", List.of(length), toInt32));
    List<AttributeProto> attributes = new ArrayList<>(more);
    attributes.add(attribute("num_heads", heads.query()));
    attributes.add(attribute("kv_num_heads", heads.kv()));
    window.ifPresent(size -> attributes.add(attribute("local_window_size", size)));
    return graph.microsoftNode(
        "GroupQueryAttention", inputs, 3, attributes.toArray(AttributeProto[]::new));
  }

  /**
   * @param query heads of the queries
   * @param kv heads of keys and values, a divisor of it
   */
  public record Heads(int query, int kv) {}

  /** Whether the token of a row sees that of a column, but for causality, [length, length]. */
  private String windowMask(int window) {
    String length = size(graph.index(1));
    String positions = graph.node("Range", List.of(graph.index(0), length, graph.index(1)));
    String rows = graph.node("Reshape", List.of(positions, graph.indices(-1, 1)));
    String distance = graph.node("Sub", List.of(rows, positions));
    return graph.node("Less", List.of(distance, graph.index(window)));
  }

  private String size(String which) {
    return graph.node("Gather", List.of(batchAndLength, which), attribute("axis", 0));
  }
}
