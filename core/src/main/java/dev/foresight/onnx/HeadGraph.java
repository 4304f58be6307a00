package dev.foresight.onnx;

import static dev.foresight.onnx.OnnxGraph.attribute;

import dev.foresight.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * The graph from hidden states behind the last block to scores of the next token, for P positions:
 * final norm, output head, log-softmax, and of that only what a judgement needs, so that the logits
 * [P, vocabulary] never leave ONNX Runtime.
 */
final class HeadGraph {
  /** Hidden states of the judged model, [P, hidden]. */
  static final String HIDDEN = "hidden";

  /** Hidden states of the reference model, [P, its hidden]. */
  static final String REFERENCE = "reference";

  /** The token that follows each position, [P, 1]. */
  static final String NEXT = "next";

  /** Negative log-likelihood of the next token, natural logarithm, [P, 1]. */
  static final String LOSS = "loss";

  /** The same of the reference, [P, 1]. */
  static final String REFERENCE_LOSS = "reference_loss";

  /** Kullback-Leibler divergence of the judged model from the reference, in nats, [P]. */
  static final String DIVERGENCE = "divergence";

  /** Most likely token of the judged model, [P]. */
  static final String TOP = "top";

  /** Most likely token of the reference, [P]. */
  static final String REFERENCE_TOP = "reference_top";

  /** Natural logarithm of every token's probability, [P, vocabulary]. */
  static final String LOG_PROBABILITIES = "log_probabilities";

  private final OnnxGraph graph = new OnnxGraph("head");

  private HeadGraph() {}

  /** Loss alone. */
  static byte[] build(ModelConfig config, HeadWeights weights) {
    HeadGraph head = new HeadGraph();
    String logs = head.logProbabilities(HIDDEN, config, weights);
    head.graph.indexInput(NEXT, "positions", 1);
    head.loss(LOSS, logs);
    return head.graph.bytes();
  }

  /** Loss of both, divergence and most likely tokens. */
  static byte[] build(
      ModelConfig config,
      HeadWeights weights,
      ModelConfig referenceConfig,
      HeadWeights referenceWeights) {
    HeadGraph head = new HeadGraph();
    String q = head.logProbabilities(HIDDEN, config, weights);
    String p = head.logProbabilities(REFERENCE, referenceConfig, referenceWeights);
    head.graph.indexInput(NEXT, "positions", 1);
    head.loss(LOSS, q);
    head.loss(REFERENCE_LOSS, p);
    head.divergence(p, q);
    head.top(TOP, q);
    head.top(REFERENCE_TOP, p);
    return head.graph.bytes();
  }

  /** Natural logarithm of every token's probability, [P, vocabulary]. */
  static byte[] nextToken(ModelConfig config, HeadWeights weights) {
    HeadGraph head = new HeadGraph();
    String logs = head.logProbabilities(HIDDEN, config, weights);
    head.graph.output(LOG_PROBABILITIES, "Identity", List.of(logs));
    return head.graph.bytes();
  }

  /**
   * Final norm, head and cap.
   *
   * @param input name of the hidden states, [P, hidden], declared here
   * @return name of the logits, [P, vocabulary]
   */
  static String logits(OnnxGraph graph, String input, ModelConfig config, HeadWeights weights) {
    graph.input(input, "positions", config.hidden());
    weights.shapes().forEach(graph::weight);
    String x = BlockGraph.rmsNorm(graph, input, weights.normSpec(), weights.norm(), config);
    List<String> parts = new ArrayList<>();
    for (String part : weights.parts()) {
      parts.add(graph.node("Gemm", List.of(x, part), attribute("transB", 1)));
    }
    String logits = graph.node("Concat", parts, attribute("axis", 1));
    if (config.logitCap().isEmpty()) {
      return logits;
    }
    String cap = graph.scalar((float) config.logitCap().getAsDouble());
    String bent = graph.node("Tanh", List.of(graph.node("Div", List.of(logits, cap))));
    return graph.node("Mul", List.of(bent, cap));
  }

  /** log-softmax of the head's output, [P, vocabulary]. */
  private String logProbabilities(String input, ModelConfig config, HeadWeights weights) {
    String logits = logits(graph, input, config, weights);
    return graph.node("LogSoftmax", List.of(logits), attribute("axis", 1));
  }

  private void loss(String name, String logs) {
    String chosen = graph.node("GatherElements", List.of(logs, NEXT), attribute("axis", 1));
    graph.output(name, "Neg", List.of(chosen));
  }

  private void divergence(String p, String q) {
    String difference = graph.node("Sub", List.of(p, q));
    String weighted = graph.node("Mul", List.of(graph.node("Exp", List.of(p)), difference));
    List<String> inputs = List.of(weighted, graph.indices(1));
    graph.output(DIVERGENCE, "ReduceSum", inputs, attribute("keepdims", 0));
  }

  private void top(String name, String logs) {
    graph.indexOutput(
        name, "ArgMax", List.of(logs), attribute("axis", 1), attribute("keepdims", 0));
  }
}
