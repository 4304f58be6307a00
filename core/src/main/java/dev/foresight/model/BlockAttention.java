package dev.foresight.model;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * How the tokens of a block see each other. Blocks that agree in it share a graph.
 *
 * @param scale what products of queries and keys are multiplied by
 * @param cap c of {@code c · tanh(score / c)}, which bounds the scaled scores before the mask
 * @param window how many tokens one sees, itself among them; all before it where there is none
 * @param rope rotary position embedding
 */
public record BlockAttention(double scale, OptionalDouble cap, OptionalInt window, Rope rope) {}
