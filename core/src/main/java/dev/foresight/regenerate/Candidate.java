package dev.foresight.regenerate;

import java.io.Serializable;

/**
 * One text that a teacher wrote, and what is seen of it.
 *
 * @param number among those of its source
 * @param text without special tokens
 * @param tokens of the teacher
 * @param ended whether it ended by itself
 * @param logProbability mean a token under the teacher, natural logarithm
 * @param surprise mean negative log-likelihood a token of the whole text under the target; NaN
 *     where it is too short to have one
 * @param repetition {@link Features#repetition}
 * @param copied {@link Features#copied}
 * @param foreign {@link Features#foreign}
 */
public record Candidate(
    int number,
    String text,
    int tokens,
    boolean ended,
    double logProbability,
    double surprise,
    double repetition,
    double copied,
    double foreign)
    implements Serializable {}
