package dev.foresight.model;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The norms of a block.
 *
 * @param attention in front of attention
 * @param mlp in front of the MLP
 * @param afterAttention of what attention adds to the residual stream (Gemma)
 * @param afterMlp of what the MLP adds to it (Gemma)
 * @param query of each query head, before it is rotated (Qwen3, Gemma 3)
 * @param key of each key head, likewise
 */
public record BlockNorms(
    NormSpec attention,
    NormSpec mlp,
    Optional<NormSpec> afterAttention,
    Optional<NormSpec> afterMlp,
    Optional<NormSpec> query,
    Optional<NormSpec> key) {

  /** Llama's: one in front of each half of the block. */
  static BlockNorms two() {
    return new BlockNorms(
        new NormSpec("input_layernorm", 0),
        new NormSpec("post_attention_layernorm", 0),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Gemma's: one in front of and one behind each half, weights counted from 1. */
  static BlockNorms four() {
    return new BlockNorms(
        new NormSpec("input_layernorm", 1),
        new NormSpec("pre_feedforward_layernorm", 1),
        Optional.of(new NormSpec("post_attention_layernorm", 1)),
        Optional.of(new NormSpec("post_feedforward_layernorm", 1)),
        Optional.empty(),
        Optional.empty());
  }

  /** The same, with norms of query and key heads. */
  BlockNorms withHeads() {
    return new BlockNorms(
        attention,
        mlp,
        afterAttention,
        afterMlp,
        Optional.of(new NormSpec("self_attn.q_norm", attention.offset(), NormSpec.Width.HEAD)),
        Optional.of(new NormSpec("self_attn.k_norm", attention.offset(), NormSpec.Width.HEAD)));
  }

  /** All that there are. */
  List<NormSpec> all() {
    return Stream.concat(
            Stream.of(attention, mlp),
            Stream.of(afterAttention, afterMlp, query, key).flatMap(Optional::stream))
        .toList();
  }
}
