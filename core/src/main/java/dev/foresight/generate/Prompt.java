package dev.foresight.generate;

import java.io.Serializable;

/**
 * What a model continues.
 *
 * @param id of the sample; with the seed it decides what chance does
 * @param tokens ids, at least one
 */
@SuppressWarnings("ArrayRecordComponent") // run and dropped, never compared
public record Prompt(String id, int[] tokens) implements Serializable {}
