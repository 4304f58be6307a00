package dev.foresight.evaluate.task;

import java.io.Serializable;

/**
 * A text that is given and the text whose likelihood behind it is asked for.
 *
 * @param context not blank
 * @param continuation with the space that parts it from the context
 */
public record Prompt(String context, String continuation) implements Serializable {}
