package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A regular expression out of somebody else's config.json. The pattern and the names that it is
 * held against come from the same hand, and Java's matcher tries all ways to match, so its work is
 * bounded: by the characters it looks at, and by how often counted repetitions may run.
 *
 * @param where what messages call the config
 * @param regex as the config has it
 */
record TargetPattern(String where, String regex, Pattern pattern) {
  private static final int MAX_LENGTH = 2000; // the longest published ones have about 200
  private static final int MAX_REPETITIONS = 10_000;
  private static final long MAX_STEPS = 1_000_000; // plain patterns need about a name's length

  private static final Pattern COUNTED = Pattern.compile("\\{(\\d+)(?:,(\\d*))?\\}");

  /**
   * @throws InputException if it is no pattern, or one that could run for ever
   */
  static TargetPattern of(String where, String regex) {
    if (regex.length() > MAX_LENGTH || repetitions(regex) > MAX_REPETITIONS) {
      throw refused(where, regex, "is too large to be tried", null);
    }
    try {
      return new TargetPattern(where, regex, Pattern.compile(regex));
    } catch (PatternSyntaxException | StackOverflowError e) {
      throw refused(where, regex, "is no pattern", e);
    }
  }

  /** How often the innermost of nested counted repetitions could run, at most. */
  private static double repetitions(String regex) {
    return COUNTED
        .matcher(regex)
        .results()
        .mapToDouble(TargetPattern::most)
        .reduce(1, (product, times) -> product * times);
  }

  private static double most(MatchResult counted) {
    boolean open = counted.group(2) == null || counted.group(2).isEmpty();
    return Math.max(1, Double.parseDouble(counted.group(open ? 1 : 2)));
  }

  /**
   * Python's {@code re.match}: from the start on, not necessarily to the end.
   *
   * @throws InputException if that takes too long to tell
   */
  boolean matches(String linear) {
    try {
      return pattern.matcher(new Counted(linear, new long[1])).lookingAt();
    } catch (TooLongException | StackOverflowError e) {
      throw refused(where, regex, "takes too long to be held against a name", e);
    }
  }

  private static InputException refused(String where, String regex, String what, Throwable cause) {
    return new InputException(
        Words.format("%s: the target 're:%.100s' %s. Name the linears by a simpler one.", where, regex, what),
        cause);
  }

  private static final class TooLongException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** A text that lets itself be looked at so many times. */
  @SuppressWarnings("ArrayRecordComponent") // shared by all parts of one text
  private record Counted(String text, long[] steps) implements CharSequence {
    @Override
    public char charAt(int index) {
      if (++steps[0] > MAX_STEPS) {
        throw new TooLongException();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int from, int to) {
      return new Counted(text.substring(from, to), steps);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
