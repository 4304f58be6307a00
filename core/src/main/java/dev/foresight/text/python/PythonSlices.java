package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.List;

/** Items by their number, from either end, and slices of them. */
public final class PythonSlices {
  private PythonSlices() {}

  /** Whether items have numbers. */
  static boolean isIndexed(Object of) {
    return of instanceof String
        || of instanceof List
        || of instanceof PythonValues.Tuple
        || of instanceof PythonValues.Range;
  }

  /** The characters of text are code points. */
  static Object at(Object of, int index) {
    if (of instanceof String text) {
      return Character.toString(text.codePointAt(text.offsetByCodePoints(0, index)));
    }
    return of instanceof List<?> list ? list.get(index) : PythonValues.items(of).get(index);
  }

  /** {@code of[from:to:step]}; what is not given is null. */
  public static Object slice(Object of, Object from, Object to, Object step) {
    if (!isIndexed(of) || of instanceof PythonValues.Range) {
      throw RefusedException.of("it cuts a slice of %s", PythonValues.described(of));
    }
    long by = bound(step, 1);
    if (by == 0) {
      throw RefusedException.of("it cuts a slice in steps of 0");
    }
    List<Object> all = PythonValues.items(of);
    long length = all.size();
    long least = by > 0 ? 0 : -1;
    long most = by > 0 ? length : length - 1;
    long first = clamp(bound(from, by > 0 ? least : most), from == null, length, least, most);
    long last = clamp(bound(to, by > 0 ? most : least), to == null, length, least, most);
    List<Object> part = new ArrayList<>();
    for (long i = first; by > 0 ? i < last : i > last; i += by) {
      part.add(all.get((int) i));
    }
    if (of instanceof String) {
      StringBuilder text = new StringBuilder();
      part.forEach(text::append);
      return text.toString();
    }
    return of instanceof List ? part : new PythonValues.Tuple(part);
  }

  private static long bound(Object given, long otherwise) {
    if (given == null) {
      return otherwise;
    }
    if (PythonNumbers.isWhole(given) && Math.abs(PythonNumbers.fraction(given)) < 1L << 40) {
      return PythonNumbers.whole(given);
    }
    throw RefusedException.of("it cuts a slice at %s", PythonValues.described(given));
  }

  private static long clamp(long bound, boolean isDefault, long length, long least, long most) {
    return isDefault ? bound : Math.max(least, Math.min(most, bound < 0 ? bound + length : bound));
  }
}
