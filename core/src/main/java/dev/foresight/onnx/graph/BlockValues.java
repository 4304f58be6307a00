package dev.foresight.onnx.graph;

/**
 * What a block computes beside the inputs of its roles, by the names of its values.
 *
 * @param in residual stream in, [T, hidden]
 * @param middle behind attention, [T, hidden]
 * @param out residual stream out, [T, hidden]
 * @param queries as they meet the keys, normed and rotated, [batch, length, heads x head dimension]
 * @param keys the same, [batch, length, kv heads x head dimension]
 */
record BlockValues(String in, String middle, String out, String queries, String keys) {}
