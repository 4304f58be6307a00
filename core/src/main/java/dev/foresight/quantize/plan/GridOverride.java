package dev.foresight.quantize.plan;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.Serializable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Another width or group, or none at all, for linears whose name a pattern is found in. Written
 * {@code REGEX=bits:8}, {@code REGEX=group:32}, {@code REGEX=bits:8,group:32} or {@code
 * REGEX=float}.
 *
 * @param pattern found anywhere in a name like {@code model.layers.7.mlp.down_proj}
 * @param bits width of a code; 0 for that of all
 * @param group input channels that share a step, 0 for whole rows; -1 for that of all
 * @param inFloat whether the linears are left in float
 */
public record GridOverride(Pattern pattern, int bits, int group, boolean inFloat)
    implements Serializable {
  private static final String HOW =
      "write REGEX=bits:8, REGEX=group:32, REGEX=bits:8,group:32 or REGEX=float";

  /**
   * @throws InputException if the text has another form
   */
  public static GridOverride parse(String text) {
    int split = text.lastIndexOf('=');
    if (split < 1) {
      throw new InputException(Words.format("--override '%s' is not understood: %s.", text, HOW));
    }
    Pattern pattern = pattern(text, text.substring(0, split));
    String what = text.substring(split + 1);
    if (what.equals("float")) {
      return new GridOverride(pattern, 0, -1, true);
    }
    int bits = 0;
    int group = -1;
    for (String part : what.split(",", -1)) {
      if (part.matches("bits:\\d{1,3}") && bits == 0) {
        bits = Integer.parseInt(part.substring("bits:".length()));
        requireRange(text, bits);
      } else if (part.matches("group:\\d{1,6}") && group < 0) {
        group = Integer.parseInt(part.substring("group:".length()));
      } else {
        throw new InputException(
            Words.format("--override '%s': '%s' is not understood: %s.", text, part, HOW));
      }
    }
    return new GridOverride(pattern, bits, group, false);
  }

  private static Pattern pattern(String text, String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new InputException(
          Words.format(
              "--override '%s': '%s' is no pattern (%s).", text, regex, e.getDescription()),
          e);
    }
  }

  private static void requireRange(String text, int bits) {
    if (bits < 2 || bits > 8) {
      throw new InputException(
          Words.format(
              "--override '%s': %d bits are out of range: choose 2 to 8, or float.", text, bits));
    }
  }

  /** Whether a linear of this name is meant. */
  public boolean matches(String linear) {
    return pattern.matcher(linear).find();
  }

  /** Right of the pattern, as it is written. */
  public String change() {
    if (inFloat) {
      return "float";
    }
    String width = bits > 0 ? "bits:" + bits : "";
    String size = group >= 0 ? "group:" + group : "";
    return width.isEmpty() || size.isEmpty() ? width + size : width + "," + size;
  }

  /** Patterns are equal where their text is. */
  @Override
  public boolean equals(Object other) {
    return other instanceof GridOverride rule && rule.toString().equals(toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  @Override
  public String toString() {
    return pattern + "=" + change();
  }
}
