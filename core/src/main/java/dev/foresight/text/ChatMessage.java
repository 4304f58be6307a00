package dev.foresight.text;

/**
 * One message of a conversation.
 *
 * @param role who speaks, for example {@code user}
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
