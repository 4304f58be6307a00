package dev.foresight.onnx;

import static dev.foresight.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.foresight.model.Architecture;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.NormSpec;
import dev.foresight.model.Part;
import dev.foresight.model.Role;
import java.util.List;

/**
 * The graph of one block, the same for all blocks of a model since it holds no weights. T stands
 * for batch x length tokens.
 *
 * <p>With statistics it also gives, per role, what a sketch needs of its input x [T, channels],
 * apart for the two strata: a product with a row of ones and zeros sums over tokens at the speed of
 * a matrix product, where ReduceSum would cost more than attention.
 */
final class BlockGraph {
  /** Residual stream in, [batch, length, hidden]. */
  static final String HIDDEN = "hidden";

  /** Residual stream out, [batch, length, hidden]. */
  static final String NEXT = "next";

  /** Cosines of the rotary angles, [length, headDimension / 2]. */
  static final String COSINES = "cosines";

  /** Sines of the rotary angles, [length, headDimension / 2]. */
  static final String SINES = "sines";

  /** Position of each token in its sequence, [batch, length]. */
  static final String POSITIONS = "positions";

  /** Ones where a token belongs to a stratum, [2, T]: row 0 later positions, row 1 position 0. */
  static final String STRATA = "strata";

  /** Numbers of the tokens whose rows are wanted, [k]. */
  static final String ROWS = "rows";

  private final OnnxGraph graph = new OnnxGraph("block");
  private final ModelConfig config;
  private final Architecture architecture;
  private final boolean statistics;
  private final LinearNodes linears;

  private BlockGraph(
      ModelConfig config, Architecture architecture, boolean statistics, LinearNodes linears) {
    this.config = config;
    this.architecture = architecture;
    this.statistics = statistics;
    this.linears = linears;
  }

  static byte[] build(
      ModelConfig config, Architecture architecture, boolean statistics, LinearNodes linears) {
    return new BlockGraph(config, architecture, statistics, linears).build();
  }

  /** Name of the output with a statistic of a role, for example {@code mlp_input.sum_abs}. */
  static String output(Role role, String statistic) {
    return role.key() + "." + statistic;
  }

  private byte[] build() {
    declareInputs();
    String sizes = graph.node("Shape", List.of(HIDDEN));
    String x = graph.node("Reshape", List.of(HIDDEN, graph.indices(-1, config.hidden())));

    String batchAndLength = graph.node("Slice", List.of(sizes, graph.indices(0), graph.indices(2)));

    String attention = attention(norm(x, architecture.attentionNorm()), batchAndLength);
    String middle = graph.node("Add", List.of(x, attention));
    String mlp = mlp(norm(middle, architecture.mlpNorm()), batchAndLength);
    String sum = graph.node("Add", List.of(middle, mlp));
    graph.output(NEXT, "Reshape", List.of(sum, sizes));
    return graph.bytes();
  }

  private void declareInputs() {
    graph.input(HIDDEN, "batch", "length", config.hidden());
    graph.input(COSINES, "length", config.headDimension() / 2);
    graph.input(SINES, "length", config.headDimension() / 2);
    graph.indexInput(POSITIONS, "batch", "length");
    if (statistics) {
      graph.input(STRATA, 2, "tokens");
      graph.indexInput(ROWS, "k");
    }
    for (NormSpec norm : List.of(architecture.attentionNorm(), architecture.mlpNorm())) {
      graph.weight(norm.weight(), List.of((long) config.hidden()));
    }
  }

  /**
   * @param x normed input, [T, hidden]
   * @param batchAndLength a vector with both sizes
   * @return what o adds to the residual stream, [T, hidden]
   */
  private String attention(String x, String batchAndLength) {
    measure(Role.ATTENTION_INPUT, x, batchAndLength);
    String queries = rotate(heads(x, Part.QUERY, batchAndLength), config.heads());
    String keys = rotate(heads(x, Part.KEY, batchAndLength), config.kvHeads());
    String values = heads(x, Part.VALUE, batchAndLength);
    String mixed =
        graph.node(
            "Attention",
            List.of(queries, keys, values),
            attribute("is_causal", 1),
            attribute("q_num_heads", config.heads()),
            attribute("kv_num_heads", config.kvHeads()),
            attribute("scale", (float) (1 / Math.sqrt(config.headDimension()))));
    int channels = Role.ATTENTION_OUTPUT.channels(config);
    String flat = graph.node("Reshape", List.of(mixed, graph.indices(-1, channels)));
    measure(Role.ATTENTION_OUTPUT, flat, batchAndLength);
    return linear(flat, Part.ATTENTION_OUT);
  }

  /**
   * @param x normed input, [T, hidden]
   * @param batchAndLength a vector with both sizes
   * @return what down adds to the residual stream, [T, hidden]
   */
  private String mlp(String x, String batchAndLength) {
    measure(Role.MLP_INPUT, x, batchAndLength);
    String gate = linear(x, Part.GATE);
    String silu = graph.node("Mul", List.of(gate, graph.node("Sigmoid", List.of(gate))));
    String gated = graph.node("Mul", List.of(silu, linear(x, Part.UP)));
    measure(Role.MLP_OUTPUT, gated, batchAndLength);
    return linear(gated, Part.DOWN);
  }

  private String norm(String x, NormSpec norm) {
    return rmsNorm(graph, x, norm.weight(), config);
  }

  /** A root-mean-square norm over the last axis, its mean square taken in fp32. */
  static String rmsNorm(OnnxGraph graph, String x, String weight, ModelConfig config) {
    return graph.node(
        "RMSNormalization",
        List.of(x, weight),
        attribute("epsilon", (float) config.normEpsilon()),
        attribute("axis", -1));
  }

  private String linear(String x, Part part) {
    LinearSpec linear = architecture.linear(part);
    return linears.add(
        graph,
        x,
        new LinearNodes.Linear(linear.path(), linear.rows(config), linear.columns(config), false));
  }

  /** A linear's output as [batch, length, heads x headDimension]. */
  private String heads(String x, Part part, String batchAndLength) {
    return threeAxes(linear(x, part), batchAndLength, part.rows(config));
  }

  private String threeAxes(String x, String batchAndLength, int channels) {
    List<String> sizes = List.of(batchAndLength, graph.indices(channels));
    return graph.node("Reshape", List.of(x, graph.node("Concat", sizes, attribute("axis", 0))));
  }

  private String rotate(String x, int heads) {
    return graph.node(
        "RotaryEmbedding", List.of(x, COSINES, SINES, POSITIONS), attribute("num_heads", heads));
  }

  private void measure(Role role, String x, String batchAndLength) {
    if (!statistics) {
      return;
    }
    AttributeProto dropAxes = attribute("keepdims", 0);
    String abs = graph.node("Abs", List.of(x));
    String square = graph.node("Mul", List.of(x, x));
    graph.output(output(role, "sum_abs"), "MatMul", List.of(STRATA, abs));
    graph.output(output(role, "sum"), "MatMul", List.of(STRATA, x));
    graph.output(output(role, "sum_squares"), "MatMul", List.of(STRATA, square));

    String later = graph.node("Gather", List.of(STRATA, graph.indices(0)), attribute("axis", 0));
    String column = graph.node("Reshape", List.of(later, graph.indices(-1, 1)));
    String masked = graph.node("Mul", List.of(abs, column));
    graph.output(
        output(role, "max_later"), "ReduceMax", List.of(masked, graph.indices(0)), dropAxes);

    String sequences = threeAxes(abs, batchAndLength, role.channels(config));
    String first = graph.node("Gather", List.of(sequences, graph.indices(0)), attribute("axis", 1));
    graph.output(
        output(role, "max_first"), "ReduceMax", List.of(first, graph.indices(0, 1)), dropAxes);

    graph.output(output(role, "rows"), "Gather", List.of(x, ROWS), attribute("axis", 0));
  }
}
