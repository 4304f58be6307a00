package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.model.Activation;
import dev.foresight.model.Architecture;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.BlockNorms;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.NormSpec;
import dev.foresight.model.Part;
import dev.foresight.model.Role;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The graph of one kind of block, the same for all blocks of that kind since it holds no weights. T
 * stands for batch x length tokens.
 */
public final class BlockGraph {
  /** Residual stream in, [batch, length, hidden]. */
  public static final String HIDDEN = "hidden";

  /** Residual stream out, [batch, length, hidden]. */
  public static final String NEXT = "next";

  /** Position of each token in its sequence, [batch, length]. */
  public static final String POSITIONS = "positions";

  /** Ones where a token belongs to a stratum, [2, T]: row 0 the rest, row 1 position 0. */
  public static final String STRATA = "strata";

  /** Numbers of the tokens whose rows are wanted, [k]. */
  public static final String ROWS = "rows";

  private final OnnxGraph graph = new OnnxGraph("block");
  private final ModelConfig config;
  private final Architecture architecture;
  private final LinearNodes linears;
  private final List<StatisticNodes> statistics;
  private final BlockAttention kind;
  private final AttentionNodes attention;

  private BlockGraph(
      ModelConfig config,
      Architecture architecture,
      BlockAttention attention,
      List<StatisticNodes> statistics,
      LinearNodes linears) {
    this.config = config;
    this.architecture = architecture;
    this.linears = linears;
    this.statistics = statistics;
    this.kind = attention;
    this.attention = new AttentionNodes(graph, config, architecture.norms(), attention);
  }

  /**
   * @param attention what makes this kind of block
   * @param statistics what is measured, none for a block that only runs
   */
  public static byte[] build(
      ModelConfig config,
      Architecture architecture,
      BlockAttention attention,
      List<StatisticNodes> statistics,
      LinearNodes linears) {
    return new BlockGraph(config, architecture, attention, statistics, linears)
        .build(Stretch.WHOLE);
  }

  /**
   * The part of a block in front of a role, with the weights of nothing behind. Its output is
   * {@link #output} of the role and {@link dev.foresight.sketch.Rows}. In front of mlp_input it
   * also gives {@link #NEXT}, the residual stream behind attention, which is {@link #HIDDEN} of the
   * part in front of mlp_output.
   */
  public static byte[] upTo(
      Role role, ModelConfig config, Architecture architecture, BlockAttention attention) {
    Stretch stretch =
        switch (role) {
          case ATTENTION_INPUT, ATTENTION_OUTPUT -> Stretch.WITHIN_ATTENTION;
          case MLP_INPUT -> Stretch.ATTENTION;
          case MLP_OUTPUT -> Stretch.WITHIN_MLP;
        };
    return new BlockGraph(
            config, architecture, attention, List.of(new RowsNodes(role)), LinearNodes.FLOAT)
        .build(stretch);
  }

  /**
   * A block whose tokens also see those before them: {@link CachedScores} says what goes in and out
   * beside the residual stream.
   */
  public static byte[] cached(
      ModelConfig config,
      Architecture architecture,
      BlockAttention attention,
      LinearNodes linears) {
    return new BlockGraph(config, architecture, attention, List.of(), linears)
        .build(Stretch.CACHED);
  }

  /** The part of a block behind attention, from one residual stream to the other. */
  public static byte[] mlp(
      ModelConfig config, Architecture architecture, BlockAttention attention) {
    return new BlockGraph(config, architecture, attention, List.of(), LinearNodes.FLOAT)
        .build(Stretch.MLP);
  }

  /** How much of a block a graph has. */
  private enum Stretch {
    WHOLE,
    CACHED,
    WITHIN_ATTENTION,
    ATTENTION,
    WITHIN_MLP,
    MLP;

    boolean beginsBehindAttention() {
      return this == WITHIN_MLP || this == MLP;
    }

    boolean endsBehindMlp() {
      return this == WHOLE || this == CACHED || this == MLP;
    }
  }

  /** Cosines of the rotary angles, [length, rotated channels / 2], of one of a model's ropes. */
  public static String cosines(int rope) {
    return rope == 0 ? "cosines" : "cosines_" + rope;
  }

  /** Sines of the rotary angles, likewise. */
  public static String sines(int rope) {
    return rope == 0 ? "sines" : "sines_" + rope;
  }

  /**
   * Name of an output that is measured, for example {@code mlp_input.sum_abs}.
   *
   * @param place a role, or {@link dev.foresight.sketch.Statistic#BLOCK}
   */
  public static String output(String place, String name) {
    return place + "." + name;
  }

  private byte[] build(Stretch stretch) {
    graph.input(HIDDEN, "batch", "length", config.hidden());
    attention.declareInputs(stretch == Stretch.CACHED ? "places" : "length");
    String sizes = graph.node("Shape", List.of(HIDDEN));
    String x = graph.node("Reshape", List.of(HIDDEN, graph.indices(-1, config.hidden())));
    String batchAndLength = graph.node("Slice", List.of(sizes, graph.indices(0), graph.indices(2)));

    BlockNorms norms = architecture.norms();
    MeasuredGraph measured = new MeasuredGraph(graph, config, norms, kind, batchAndLength);
    Map<Part, String> read = linears(Role.ATTENTION_INPUT, norm(x, norms.attention()), measured);
    String queries = attention.queries(read.get(Part.QUERY), batchAndLength);
    String keys = attention.keys(read.get(Part.KEY), batchAndLength);
    String seen = read.get(Part.VALUE);
    AttentionNodes.Mixed heads =
        stretch == Stretch.CACHED
            ? new AttentionNodes.Mixed(
                attention.mixCached(queries, keys, seen, batchAndLength), null)
            : attention.mix(
                queries,
                keys,
                seen,
                batchAndLength,
                statistics.stream().anyMatch(StatisticNodes::ofAttention));
    String attended =
        linears(Role.ATTENTION_OUTPUT, heads.heads(), measured).get(Part.ATTENTION_OUT);
    String middle =
        stretch.beginsBehindAttention()
            ? x
            : graph.node("Add", List.of(x, norm(attended, norms.afterAttention())));
    if (stretch == Stretch.ATTENTION) {
      graph.output(NEXT, "Reshape", List.of(middle, sizes));
    }
    String mixed = mlp(norm(middle, norms.mlp()), measured);
    String sum = graph.node("Add", List.of(middle, norm(mixed, norms.afterMlp())));
    if (stretch.endsBehindMlp()) {
      graph.output(NEXT, "Reshape", List.of(sum, sizes));
    }
    BlockValues values =
        new BlockValues(x, middle, sum, attended, mixed, queries, keys, heads.probabilities());
    statistics.forEach(nodes -> nodes.ofBlock(measured, values));
    if (stretch != Stretch.WHOLE) {
      graph.prune();
    }
    return graph.bytes();
  }

  /**
   * @param x normed input, [T, hidden]
   * @return output of down, [T, hidden]
   */
  private String mlp(String x, MeasuredGraph measured) {
    Map<Part, String> read = linears(Role.MLP_INPUT, x, measured);
    String gate = activate(read.get(Part.GATE));
    String gated = graph.node("Mul", List.of(gate, read.get(Part.UP)));
    return linears(Role.MLP_OUTPUT, gated, measured).get(Part.DOWN);
  }

  private String activate(String x) {
    return config.activation() == Activation.SILU
        ? graph.node("Mul", List.of(x, graph.node("Sigmoid", List.of(x))))
        : graph.node("Gelu", List.of(x), attribute("approximate", "tanh"));
  }

  private String norm(String x, Optional<NormSpec> norm) {
    return norm.map(spec -> norm(x, spec)).orElse(x);
  }

  private String norm(String x, NormSpec norm) {
    return rmsNorm(graph, x, norm, norm.weight(), config);
  }

  /**
   * A root-mean-square norm over the last axis, its mean square taken in fp32.
   *
   * @param weight what the graph calls the weight
   */
  static String rmsNorm(
      OnnxGraph graph, String x, NormSpec norm, String weight, ModelConfig config) {
    graph.weight(weight, List.of((long) norm.size(config)));
    String factor =
        norm.offset() == 0
            ? weight
            : graph.node("Add", List.of(weight, graph.scalar(norm.offset())));
    return graph.node(
        "RMSNormalization",
        List.of(x, factor),
        attribute("epsilon", (float) config.normEpsilon()),
        attribute("axis", -1));
  }

  /**
   * All linears of a role, and what the role receives.
   *
   * @param x what they read, [T, channels]
   * @return output of each part, [T, its rows]
   */
  private Map<Part, String> linears(Role role, String x, MeasuredGraph measured) {
    statistics.forEach(nodes -> nodes.ofRole(measured, role, x));
    Map<Part, String> outputs = new EnumMap<>(Part.class);
    for (LinearSpec linear : architecture.linears(role)) {
      String y =
          linears.add(
              graph,
              x,
              new LinearNodes.Linear(
                  linear.path(),
                  linear.rows(config),
                  linear.columns(config),
                  linear.biased(config)));
      for (Part part : linear.parts()) {
        outputs.put(part, linear.parts().size() == 1 ? y : columns(y, linear, part));
      }
    }
    return outputs;
  }

  private String columns(String y, LinearSpec linear, Part part) {
    int first = linear.firstRow(config, part);
    return graph.node(
        "Slice",
        List.of(
            y, graph.indices(first), graph.indices(first + part.rows(config)), graph.indices(1)));
  }
}
