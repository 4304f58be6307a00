package dev.foresight.text.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.util.LengthLimitingStringBuilder;
import dev.foresight.text.jinja.PythonInterpreter.Interrupt;
import dev.foresight.text.python.PythonValues;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * {@code for} with what Jinjava's lacks: a filter, an {@code else}, names that don't leak from one
 * round to the next, {@code loop} with all its attributes.
 */
final class ForTag implements Tag {
  private static final long serialVersionUID = 1L;

  /**
   * What stands in the tag.
   *
   * @param filter which items count; null for all
   */
  record Head(Target target, Expression items, Expression filter) {}

  @Override
  public String getName() {
    return "for";
  }

  @Override
  public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
    PythonInterpreter in = PythonInterpreter.of(interpreter);
    Head head = in.part(tag, Head.class);
    List<Node> body = new ArrayList<>();
    List<Node> otherwise = new ArrayList<>();
    boolean isElse = false;
    for (Node child : tag.getChildren()) {
      if (child.getName().equals("else")) {
        isElse = true;
      } else {
        (isElse ? otherwise : body).add(child);
      }
    }
    Object items = head.items().value(in);
    Iterator<Object> iterator = PythonValues.iterate(items);
    Loop loop =
        head.filter() == null
            ? new Loop(iterator, PythonValues.hasLength(items) ? PythonValues.length(items) : null)
            : new Loop(filtered(iterator, head, in), null);
    Scope outer = in.scope();
    LengthLimitingStringBuilder out =
        new LengthLimitingStringBuilder(in.getConfig().getMaxOutputSize());
    boolean completed = false;
    while (loop.hasNext()) {
      Object item = loop.next();
      out.append(
          in.within(
              new Scope(outer),
              () -> {
                in.set("loop", loop);
                head.target().assign(in, item);
                return in.render(body);
              }));
      Interrupt how = in.interrupt();
      in.interrupt(Interrupt.NONE);
      completed |= how == Interrupt.NONE;
      if (how == Interrupt.BREAK) {
        break;
      }
    }
    if (!completed) { // as in Jinja2 also where each round was left by break or continue
      out.append(in.within(new Scope(outer), () -> in.render(otherwise)));
    }
    return out.toString();
  }

  /** Asks about an item when the loop comes to it, as what it asks may change on the way. */
  private static Iterator<Object> filtered(
      Iterator<Object> items, Head head, PythonInterpreter in) {
    Scope outer = in.scope();
    return new Iterator<>() {
      private final List<Object> found = new ArrayList<>(1);

      @Override
      public boolean hasNext() {
        while (found.isEmpty() && items.hasNext()) {
          Object item = head.target().taken(items.next());
          boolean counts =
              in.within(
                  new Scope(outer),
                  () -> {
                    head.target().assign(in, item);
                    return PythonValues.isTrue(head.filter().value(in));
                  });
          if (counts) {
            found.add(item);
          }
        }
        return !found.isEmpty();
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return found.remove(0);
      }
    };
  }
}
