package dev.foresight.quantize.plan;

import dev.foresight.importance.Window;
import java.io.Serializable;

/**
 * How importance looks ahead, and where that was taken from.
 *
 * @param source name of the pre-searched entry, {@code fallback}, or {@code none}
 * @param window the form
 * @param adaptive whether the data choose each channel's blend where several shards count; with
 *     one, which has no disagreement to learn from, it is the window's own
 */
public record FutureWindow(String source, Window window, boolean adaptive) implements Serializable {
  /** Of a method that looks at no other block. */
  public static FutureWindow none() {
    return new FutureWindow("none", Window.none(), false);
  }
}
