package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.BlockNorms;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.NormSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Attention between the linears: norms of the heads, rotation, scores, mixing.
 *
 * <p>Where tokens see a window or scores are capped, ONNX Runtime's GroupQueryAttention does it: it
 * is as fast on short sequences and up to three times as fast on long ones (docs/exactness.md). It
 * takes heads of a multiple of 8 channels; others go the standard way.
 */
final class AttentionNodes {
  private static final int GROUPED_MULTIPLE = 8; // of channels of a head, or the kernel refuses

  /**
   * Beside grouped attention the probabilities of every fourth query are computed, for statistics
   * alone: all of them would cost 17 % of a pass (docs/exactness.md).
   */
  private static final int QUERY_STRIDE = 4;

  private final OnnxGraph graph;
  private final ModelConfig config;
  private final BlockNorms norms;
  private final BlockAttention attention;
  private final int rope;

  AttentionNodes(OnnxGraph graph, ModelConfig config, BlockNorms norms, BlockAttention attention) {
    this.graph = graph;
    this.config = config;
    this.norms = norms;
    this.attention = attention;
    this.rope = config.ropes().indexOf(attention.rope());
  }

  /**
   * @param places name of the number of positions that have angles
   */
  void declareInputs(String places) {
    int pairs = attention.rope().channels(config.headDimension()) / 2;
    graph.input(BlockGraph.cosines(rope), places, pairs);
    graph.input(BlockGraph.sines(rope), places, pairs);
    graph.indexInput(BlockGraph.POSITIONS, "batch", "length");
  }

  /**
   * Queries as they meet the keys.
   *
   * @param x [T, heads x head dimension]
   * @param batchAndLength a vector with both sizes
   * @return normed and rotated, [batch, length, heads x head dimension]
   */
  String queries(String x, String batchAndLength) {
    int channels = config.heads() * config.headDimension();
    return rotate(normed(x, norms.query(), channels), config.heads(), batchAndLength);
  }

  /** The same of keys, [T, kv heads x head dimension]. */
  String keys(String x, String batchAndLength) {
    int channels = config.kvHeads() * config.headDimension();
    return rotate(normed(x, norms.key(), channels), config.kvHeads(), batchAndLength);
  }

  /**
   * @param q {@link #queries}
   * @param k {@link #keys}
   * @param values [T, kv heads x head dimension]
   * @param batchAndLength a vector with both sizes
   * @param keep whether the probabilities are wanted
   */
  Mixed mix(String q, String k, String values, String batchAndLength, boolean keep) {
    int heads = config.heads() * config.headDimension();
    String v = graph.threeAxes(values, batchAndLength, config.kvHeads() * config.headDimension());
    ScoreNodes scores = new ScoreNodes(graph, batchAndLength);
    ScoreNodes.Heads both = new ScoreNodes.Heads(config.heads(), config.kvHeads());
    OptionalInt window = attention.window();
    List<AttributeProto> more = scaleAndCap();
    String mixed;
    String probabilities = null;
    if (usesGrouped()) {
      mixed = scores.grouped(q, k, v, window, both, more);
      if (keep) {
        probabilities = scores.probabilities(q, k, v, window, both, more, QUERY_STRIDE);
      }
    } else {
      mixed = scores.standard(q, k, v, window, both, more, keep);
      if (keep) {
        probabilities = scores.keptProbabilities();
      }
    }
    return new Mixed(
        graph.node("Reshape", List.of(mixed, graph.indices(-1, heads))), probabilities);
  }

  /**
   * The same of tokens that also see those before them, whose keys and values lie in a cache.
   *
   * @return outputs of the heads side by side, [T, heads x head dimension]
   */
  String mixCached(String q, String k, String values, String batchAndLength) {
    int heads = config.heads() * config.headDimension();
    String v = graph.threeAxes(values, batchAndLength, config.kvHeads() * config.headDimension());
    CachedScores scores = new CachedScores(graph, config);
    String mixed = scores.mix(q, k, v, attention.window(), scaleAndCap());
    return graph.node("Reshape", List.of(mixed, graph.indices(-1, heads)));
  }

  /**
   * What attention gives.
   *
   * @param heads their outputs side by side, [T, heads x head dimension]
   * @param probabilities that queries give tokens, [batch, heads, some queries, length], each query
   *     standing for as many others as the next; null where they were not wanted
   */
  record Mixed(String heads, String probabilities) {}

  private boolean usesGrouped() {
    return config.headDimension() % GROUPED_MULTIPLE == 0
        && (attention.window().isPresent() || attention.cap().isPresent());
  }

  private String normed(String x, Optional<NormSpec> norm, int channels) {
    if (norm.isEmpty()) {
      return x;
    }
    String heads = graph.node("Reshape", List.of(x, graph.indices(-1, config.headDimension())));
    String normed = BlockGraph.rmsNorm(graph, heads, norm.get(), norm.get().weight(), config);
    return graph.node("Reshape", List.of(normed, graph.indices(-1, channels)));
  }

  private String rotate(String x, int heads, String batchAndLength) {
    String three = graph.threeAxes(x, batchAndLength, heads * config.headDimension());
    List<AttributeProto> attributes = new ArrayList<>(List.of(attribute("num_heads", heads)));
    int turned = attention.rope().channels(config.headDimension());
    if (turned < config.headDimension()) {
      attributes.add(attribute("rotary_embedding_dim", turned));
    }
    return graph.node(
        "RotaryEmbedding",
        List.of(three, BlockGraph.cosines(rope), BlockGraph.sines(rope), BlockGraph.POSITIONS),
        attributes.toArray(AttributeProto[]::new));
  }

  private List<AttributeProto> scaleAndCap() {
    List<AttributeProto> attributes = new ArrayList<>();
    attributes.add(attribute("scale", (float) attention.scale()));
    attention.cap().ifPresent(cap -> attributes.add(attribute("softcap", (float) cap)));
    return attributes;
  }
}
