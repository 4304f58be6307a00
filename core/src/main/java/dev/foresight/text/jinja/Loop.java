package dev.foresight.text.jinja;

import dev.foresight.text.python.Arguments;
import dev.foresight.text.python.PythonCompare;
import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;

/**
 * {@code loop} of a {@code for}, which looks ahead only as far as it is asked: Jinja2's {@code
 * LoopContext}.
 */
final class Loop implements PythonValues.Attributed {
  private Iterator<Object> items;
  private Long length;
  private long index0 = -1;
  private Object before = Arguments.ABSENT;
  private Object current = Arguments.ABSENT;
  private Object after = Arguments.ABSENT;
  private List<Object> changing;

  /**
   * @param length null if it takes going through all to know it
   */
  Loop(Iterator<Object> items, Long length) {
    this.items = items;
    this.length = length;
  }

  boolean hasNext() {
    return after != Arguments.ABSENT || items.hasNext();
  }

  Object next() {
    before = current;
    current = after != Arguments.ABSENT ? after : items.next();
    after = Arguments.ABSENT;
    index0++;
    return current;
  }

  private Object peek() {
    if (after == Arguments.ABSENT && items.hasNext()) {
      after = items.next();
    }
    return after;
  }

  private long length() {
    if (length == null) {
      List<Object> rest = new ArrayList<>();
      items.forEachRemaining(rest::add);
      items = rest.iterator();
      length = rest.size() + index0 + 1 + (after == Arguments.ABSENT ? 0 : 1);
    }
    return length;
  }

  @Override
  public Object attribute(String name) {
    return switch (name) {
      case "index" -> index0 + 1;
      case "index0" -> index0;
      case "revindex" -> length() - index0;
      case "revindex0" -> length() - index0 - 1;
      case "first" -> index0 == 0;
      case "last" -> peek() == Arguments.ABSENT;
      case "length" -> length();
      case "depth" -> 1L;
      case "depth0" -> 0L;
      case "previtem" -> orUndefined(before, name);
      case "nextitem" -> orUndefined(peek(), name);
      case "cycle" -> (PythonValues.Function) this::cycle;
      case "changed" -> (PythonValues.Function) this::changed;
      default -> Arguments.ABSENT;
    };
  }

  private static Object orUndefined(Object item, String name) {
    return item == Arguments.ABSENT ? new PythonValues.Undefined("the " + name) : item;
  }

  private Object cycle(Arguments arguments) {
    List<Object> given = arguments.positional();
    if (given.isEmpty() || !arguments.named().isEmpty()) {
      throw RefusedException.of("it calls cycle of a loop without values");
    }
    return given.get((int) (index0 % given.size()));
  }

  private boolean changed(Arguments arguments) {
    List<Object> given = arguments.positional();
    boolean same =
        Objects.nonNull(changing)
            && PythonCompare.equal(new PythonValues.Tuple(changing), new PythonValues.Tuple(given));
    changing = given;
    return !same;
  }
}
