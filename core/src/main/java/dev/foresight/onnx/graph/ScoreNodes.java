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
  /** Of the standard operator: its fourth output is what is behind the softmax. */
  private static final AttributeProto KEPT = attribute("qk_matmul_output_mode", 3);

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
    return standard(q, k, v, window, heads, more, false);
  }

  /**
   * The same.
   *
   * @param keep whether {@link #keptProbabilities} follow
   */
  String standard(
      String q,
      String k,
      String v,
      OptionalInt window,
      Heads heads,
      List<AttributeProto> more,
      boolean keep) {
    List<String> inputs = new ArrayList<>(List.of(q, k, v));
    window.ifPresent(size -> inputs.add(windowMask(size)));
    List<AttributeProto> attributes = new ArrayList<>(more);
    attributes.add(attribute("q_num_heads", heads.query()));
    attributes.add(attribute("kv_num_heads", heads.kv()));
    attributes.add(attribute("is_causal", 1));
    if (keep) {
      attributes.add(KEPT);
    }
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
   * What {@link #standard}, added last, itself multiplies the values by: one more output of its
   * node, so that nothing is computed twice and no other bit changes.
   *
   * @return [batch, heads, length, length], a row a query
   */
  String keptProbabilities() {
    return graph.moreOutput("", "", "probabilities"); // without keys and values that came before
  }

  /**
   * The same of every n-th query, counted back from the last, beside {@link #grouped}, which does
   * not give its own: without zeros where a token sees nothing, and by other arithmetic.
   *
   * @param stride n
   * @return [batch, heads, length / n, length]
   */
  String probabilities(
      String q,
      String k,
      String v,
      OptionalInt window,
      Heads heads,
      List<AttributeProto> more,
      int stride) {
    String length = size(graph.indices(1));
    String last = graph.node("Sub", List.of(length, graph.indices(1)));
    String first = graph.node("Mod", List.of(last, graph.indices(stride)));
    String queries =
        graph.node("Slice", List.of(q, first, length, graph.indices(1), graph.indices(stride)));
    String one = // value a head, which the operator asks for
        graph.node(
            "Slice", List.of(v, graph.indices(0), graph.indices(heads.kv()), graph.indices(2)));
    List<AttributeProto> attributes = new ArrayList<>(more);
    attributes.add(attribute("q_num_heads", heads.query()));
    attributes.add(attribute("kv_num_heads", heads.kv()));
    attributes.add(KEPT);
    String places = graph.node("Squeeze", List.of(first));
    graph.node(
        "Attention",
        List.of(queries, k, one, mask(places, stride, window)),
        attributes.toArray(AttributeProto[]::new));
    return keptProbabilities();
  }

  /**
   * @param query heads of the queries
   * @param kv heads of keys and values, a divisor of it
   */
  public record Heads(int query, int kv) {}

  /** Whether the token of a row sees that of a column, but for causality, [length, length]. */
  private String windowMask(int window) {
    return within(distances(graph.index(0), 1), window);
  }

  /** Whether the query of a row sees the token of a column, [queries, length]. */
  private String mask(String first, int stride, OptionalInt window) {
    String distance = distances(first, stride);
    String before = graph.node("GreaterOrEqual", List.of(distance, graph.index(0)));
    return window.isEmpty()
        ? before
        : graph.node("And", List.of(before, within(distance, window.getAsInt())));
  }

  private String within(String distance, int window) {
    return graph.node("Less", List.of(distance, graph.index(window)));
  }

  /** How far each query is behind each token, [queries, length]. */
  private String distances(String firstQuery, int stride) {
    String length = size(graph.index(1));
    String positions = graph.node("Range", List.of(graph.index(0), length, graph.index(1)));
    String queries =
        stride == 1
            ? positions
            : graph.node("Range", List.of(firstQuery, length, graph.index(stride)));
    String rows = graph.node("Reshape", List.of(queries, graph.indices(-1, 1)));
    return graph.node("Sub", List.of(rows, positions));
  }

  private String size(String which) {
    return graph.node("Gather", List.of(batchAndLength, which), attribute("axis", 0));
  }
}
