package dev.foresight.spark.functions;

import dev.foresight.InputException;
import dev.foresight.Words;

/** What functions are given: Spark checks no types of functions like these. */
final class Arguments {
  private Arguments() {}

  /**
   * @param function for the message, like the name
   * @throws InputException if the value is no text
   */
  static String text(String function, String name, Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw new InputException(
        Words.format("%s: %s is no text but %s: cast it to STRING.", function, name, value.getClass().getSimpleName()));
  }
}
