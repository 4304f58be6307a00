package dev.foresight.spark.functions;

import dev.foresight.InputException;

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
        "%s: %s is no text but %s: cast it to STRING."
            .formatted(function, name, value.getClass().getSimpleName()));
  }
}
