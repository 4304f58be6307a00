package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.SliceSums;
import java.util.List;

/**
 * The graph from hidden states behind the last block to what P positions and V tokens, one slice of
 * the vocabulary, add to the scores of the next token: final norm, rows of the output head, and of
 * the logits [P, V] only maxima and sums, so that they never leave ONNX Runtime.
 *
 * <p>With the logits a of a position and their maximum m, a slice gives m, Σ exp(a − m), the place
 * of m and the logit of the next token; of a reference also Σ exp(a − m) (a − b), b the logits of
 * the judged model. {@link SliceSums} puts the slices together.
 */
public final class HeadGraph {
  /** Names of the inputs and outputs of one model of the graph. */
  public enum Side {
    /** The judged model. */
    MODEL(""),
    /** What it is compared with. */
    REFERENCE("reference_");

    /** Hidden states, [P, hidden]. */
    public final String hidden;

    /** Rows of the output head, [V, hidden]. */
    public final String rows;

    /** Weight of the norm in front of it, [hidden]. */
    public final String norm;

    /** Largest logit of each position, [P, 1]. */
    public final String max;

    /** Σ exp(logit − max), [P, 1]. */
    public final String sum;

    /** Token of the largest logit, counted within the slice, [P]. */
    public final String top;

    /** Logit of the next token, [P, 1]. */
    public final String chosen;

    Side(String prefix) {
      this.hidden = prefix + "hidden";
      this.rows = prefix + "rows";
      this.norm = prefix + "norm";
      this.max = prefix + "max";
      this.sum = prefix + "sum";
      this.top = prefix + "top";
      this.chosen = prefix + "chosen";
    }
  }

  /** The token that follows each position, counted within the slice and inside it, [P, 1]. */
  public static final String NEXT = "next";

  /** Σ exp(a − max a) (a − b), a the reference's logits, b the model's, [P, 1]. */
  public static final String MOMENT = "moment";

  /** All logits, [P, V]. */
  static final String LOGITS = "logits";

  private final OnnxGraph graph = new OnnxGraph("head");

  private HeadGraph() {}

  /** Scores of one model. */
  public static byte[] build(Model model) {
    HeadGraph head = new HeadGraph();
    head.graph.indexInput(NEXT, "positions", 1);
    head.scores(Side.MODEL, head.logits(Side.MODEL, model));
    return head.graph.bytes();
  }

  /** Scores of both, and what their divergence is made of. */
  public static byte[] build(Model model, Model reference) {
    HeadGraph head = new HeadGraph();
    head.graph.indexInput(NEXT, "positions", 1);
    String b = head.logits(Side.MODEL, model);
    head.scores(Side.MODEL, b);
    String a = head.logits(Side.REFERENCE, reference);
    String weights = head.scores(Side.REFERENCE, a);
    String difference = head.graph.node("Sub", List.of(a, b));
    String weighted = head.graph.node("Mul", List.of(weights, difference));
    head.graph.output(MOMENT, "ReduceSum", List.of(weighted, head.graph.indices(1)));
    return head.graph.bytes();
  }

  /** Logits themselves, for few positions. */
  public static byte[] logits(Model model) {
    HeadGraph head = new HeadGraph();
    head.graph.output(LOGITS, "Identity", List.of(head.logits(Side.MODEL, model)));
    return head.graph.bytes();
  }

  /** Final norm, rows and cap, [P, V]. */
  private String logits(Side side, Model model) {
    ModelConfig config = model.config();
    graph.input(side.hidden, "positions", config.hidden());
    graph.input(side.rows, "tokens", config.hidden());
    String x =
        BlockGraph.rmsNorm(graph, side.hidden, model.architecture().finalNorm(), side.norm, config);
    return capped(graph, graph.node("Gemm", List.of(x, side.rows), attribute("transB", 1)), config);
  }

  /** Logits bent below the cap that a model may have. */
  static String capped(OnnxGraph graph, String logits, ModelConfig config) {
    if (config.logitCap().isEmpty()) {
      return logits;
    }
    String cap = graph.scalar((float) config.logitCap().getAsDouble());
    String bent = graph.node("Tanh", List.of(graph.node("Div", List.of(logits, cap))));
    return graph.node("Mul", List.of(bent, cap));
  }

  /**
   * What the loss is made of.
   *
   * @return exp(logit − max), [P, V]
   */
  private String scores(Side side, String logits) {
    String axis = graph.indices(1);
    graph.output(side.max, "ReduceMax", List.of(logits, axis));
    String shifted = graph.node("Sub", List.of(logits, side.max));
    String weights = graph.node("Exp", List.of(shifted));
    graph.output(side.sum, "ReduceSum", List.of(weights, axis));
    graph.output(side.chosen, "GatherElements", List.of(logits, NEXT), attribute("axis", 1));
    graph.indexOutput(
        side.top, "ArgMax", List.of(logits), attribute("axis", 1), attribute("keepdims", 0));
    return weights;
  }
}
