package dev.foresight.text.jinja;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.util.LengthLimitingStringBuilder;
import dev.foresight.text.python.PythonGlobals;
import dev.foresight.text.python.PythonText;
import dev.foresight.text.python.PythonValues;
import java.util.List;
import java.util.function.Supplier;

/**
 * Jinjava's interpreter with Python's values: what stands in a tag is the number of a part of
 * {@link TemplateSyntax}, and what is written is what Python's {@code str} gives.
 */
final class PythonInterpreter extends JinjavaInterpreter {
  /** What a loop was told from within. */
  enum Interrupt {
    NONE,
    BREAK,
    CONTINUE
  }

  private final List<Object> parts;
  private Scope scope;
  private Interrupt interrupt = Interrupt.NONE;

  PythonInterpreter(
      Jinjava application, Context context, JinjavaConfig config, List<Object> parts) {
    super(application, context, config);
    this.parts = parts;
    Scope globals = new Scope(null);
    PythonGlobals.ALL.forEach(globals::set);
    scope = new Scope(globals);
    context.getScope().forEach(scope::set);
  }

  static PythonInterpreter of(JinjavaInterpreter interpreter) {
    return (PythonInterpreter) interpreter;
  }

  Object lookup(String name) {
    return scope.get(name);
  }

  void set(String name, Object value) {
    scope.set(name, value);
  }

  Scope scope() {
    return scope;
  }

  /** Does something with other names, and comes back to these. */
  <T> T within(Scope other, Supplier<T> action) {
    Scope before = scope;
    scope = other;
    try {
      return action.get();
    } finally {
      scope = before;
    }
  }

  void interrupt(Interrupt how) {
    interrupt = how;
  }

  Interrupt interrupt() {
    return interrupt;
  }

  /** The part of the template whose number a tag holds. */
  <T> T part(TagNode tag, Class<T> type) {
    return type.cast(parts.get(Integer.parseInt(tag.getHelpers().strip().split(" ", 2)[0])));
  }

  boolean isTrue(TagNode tag) {
    return PythonValues.isTrue(part(tag, Expression.class).value(this));
  }

  @Override
  public Object resolveELExpression(String number, int line) {
    return ((Expression) parts.get(Integer.parseInt(number.strip()))).value(this);
  }

  @Override
  public String getAsString(Object value) {
    return PythonText.str(value);
  }

  /** What nodes write, up to where a loop is told to go on or to end. */
  String render(Iterable<Node> nodes) {
    LengthLimitingStringBuilder out =
        new LengthLimitingStringBuilder(getConfig().getMaxOutputSize());
    for (Node node : nodes) {
      out.append(node.render(this).getValue());
      if (interrupt != Interrupt.NONE) {
        break;
      }
    }
    return out.toString();
  }
}
