package dev.foresight.evaluate.task;

import java.io.Serializable;

/**
 * What a model makes of a prompt.
 *
 * @param logLikelihood of the continuation, sum over its tokens, natural logarithm
 * @param greedy whether each of its tokens is the most likely one behind the true ones before it
 */
public record PromptScore(double logLikelihood, boolean greedy) implements Serializable {}
