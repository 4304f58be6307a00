package dev.foresight.onnx.graph;

/**
 * What a block computes beside the inputs of its roles, by the names of its values.
 *
 * @param in residual stream in, [T, hidden]
 * @param middle behind attention, [T, hidden]
 * @param out residual stream out, [T, hidden]
 * @param attended what attention gives, before a norm of it and before it is added, [T, hidden]
 * @param mixed the same of the MLP, [T, hidden]
 * @param queries as they meet the keys, normed and rotated, [batch, length, heads x head dimension]
 * @param keys the same, [batch, length, kv heads x head dimension]
 * @param probabilities of attention, {@link AttentionNodes.Mixed#probabilities}; null where no
 *     statistic asks for them by {@link StatisticNodes#ofAttention}
 */
record BlockValues(
    String in,
    String middle,
    String out,
    String attended,
    String mixed,
    String queries,
    String keys,
    String probabilities) {}
