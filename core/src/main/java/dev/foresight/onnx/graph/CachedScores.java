package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.foresight.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Attention of new tokens to themselves and to those before them, whose keys and values a cache
 * holds. Either a prompt runs, all of its tokens new, or one token of each sequence, at places of
 * their own. ONNX Runtime's GroupQueryAttention adds the new keys and values to the cache, in place
 * where the same memory is given for {@link #KEYS} and {@link #NEXT_KEYS}.
 *
 * <p>The kernel takes heads of a multiple of 8 channels: others are padded with zeros, which no
 * product of queries and keys and no output notices.
 */
public final class CachedScores {
  /** The cache before, [batch, kv heads, room, {@link #headChannels}]. */
  public static final String KEYS = "keys";

  /** The same of values. */
  public static final String VALUES = "values";

  /** The cache with the new tokens, the same shape. */
  public static final String NEXT_KEYS = "next_keys";

  /** The same of values. */
  public static final String NEXT_VALUES = "next_values";

  /** Position of the last token of each sequence, [batch]. */
  public static final String LAST = "last";

  /** Tokens of the longest sequence, the new ones among them: a number without axes. */
  public static final String TOTAL = "total";

  private static final int MULTIPLE = 8;

  private final OnnxGraph graph;
  private final int heads;
  private final int kvHeads;
  private final int channels;
  private final int padded;

  CachedScores(OnnxGraph graph, ModelConfig config) {
    this.graph = graph;
    this.heads = config.heads();
    this.kvHeads = config.kvHeads();
    this.channels = config.headDimension();
    this.padded = headChannels(config);
  }

  /** Channels of a head in the cache: its own, up to the next multiple of 8. */
  public static int headChannels(ModelConfig config) {
    return (config.headDimension() + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
  }

  /**
   * @param q queries, [batch, length, heads x head dimension]
   * @param k keys, [batch, length, kv heads x head dimension]
   * @param v values, likewise
   * @param more scale and cap
   * @return [batch, length, heads x head dimension], or [batch x length x heads, head dimension]
   */
  String mix(String q, String k, String v, OptionalInt window, List<AttributeProto> more) {
    graph.input(KEYS, "batch", kvHeads, "room", padded);
    graph.input(VALUES, "batch", kvHeads, "room", padded);
    graph.indexInput(LAST, "batch");
    graph.indexInput(TOTAL);
    AttributeProto toInt32 = attribute("to", OnnxGraph.INT32);
    List<String> inputs =
        List.of(
            pad(q, heads),
            pad(k, kvHeads),
            pad(v, kvHeads),
            KEYS,
            VALUES,
            graph.node("Cast", List.of(LAST), toInt32),
            graph.node("Cast", List.of(TOTAL), toInt32));
    List<AttributeProto> attributes = new ArrayList<>(more);
    attributes.add(attribute("num_heads", heads));
    attributes.add(attribute("kv_num_heads", kvHeads));
    window.ifPresent(size -> attributes.add(attribute("local_window_size", size)));
    String mixed =
        graph.microsoftNode(
            "GroupQueryAttention", inputs, attributes.toArray(AttributeProto[]::new));
    graph.moreOutputs(NEXT_KEYS, NEXT_VALUES);
    return cut(mixed);
  }

  private String pad(String x, int count) {
    if (padded == channels) {
      return x;
    }
    String apart = graph.node("Reshape", List.of(x, graph.indices(0, 0, count, channels)));
    String pads = graph.indices(0, 0, 0, 0, 0, 0, 0, padded - channels);
    String wide = graph.node("Pad", List.of(apart, pads));
    return graph.node("Reshape", List.of(wide, graph.indices(0, 0, count * (long) padded)));
  }

  private String cut(String mixed) {
    if (padded == channels) {
      return mixed;
    }
    String apart = graph.node("Reshape", List.of(mixed, graph.indices(-1, padded)));
    return graph.node(
        "Slice", List.of(apart, graph.indices(0), graph.indices(channels), graph.indices(1)));
  }
}
