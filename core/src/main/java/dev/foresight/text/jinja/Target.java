package dev.foresight.text.jinja;

import dev.foresight.text.python.PythonGlobals;
import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.List;

/** Where a value goes: a name, a name of a namespace, or several of these for its items. */
@FunctionalInterface
interface Target {
  void assign(PythonInterpreter in, Object value);

  /** What Python makes of a value that goes through here: of several items a tuple. */
  default Object taken(Object value) {
    return value;
  }

  /**
   * @param inNamespaces whether {@code ns.x} may be one
   */
  static Target parse(ExpressionParser words, boolean inNamespaces) {
    List<Target> targets = new ArrayList<>();
    boolean several = false;
    do {
      if (!targets.isEmpty() && words.isTupleEnd()) {
        break;
      }
      targets.add(one(words, inNamespaces));
      several |= words.peek().is(",");
    } while (words.skip(","));
    return several ? new Each(targets) : targets.get(0);
  }

  private static Target one(ExpressionParser words, boolean inNamespaces) {
    if (words.skip("(")) {
      Target inner = parse(words, inNamespaces);
      words.expect(")");
      return inner;
    }
    String name = words.name();
    if (List.of("true", "True", "false", "False", "none", "None", "loop").contains(name)) {
      throw RefusedException.of("%s can't be given a value", name);
    }
    if (!inNamespaces || !words.skip(".")) {
      return (in, value) -> in.set(name, value);
    }
    String attribute = words.name();
    return (in, value) -> {
      if (!(in.lookup(name) instanceof PythonValues.Namespace namespace)) {
        throw RefusedException.of("%s, which is no namespace, can't be given %s", name, attribute);
      }
      PythonGlobals.checkName(attribute);
      namespace.attributes().put(attribute, value);
    };
  }

  /** Several targets, each for one item. */
  record Each(List<Target> targets) implements Target {
    @Override
    public void assign(PythonInterpreter in, Object value) {
      List<Object> items = items(value);
      for (int i = 0; i < items.size(); i++) {
        targets.get(i).assign(in, items.get(i));
      }
    }

    @Override
    public Object taken(Object value) {
      List<Object> items = items(value);
      for (int i = 0; i < items.size(); i++) {
        items.set(i, targets.get(i).taken(items.get(i)));
      }
      return new PythonValues.Tuple(items);
    }

    private List<Object> items(Object value) {
      List<Object> items = PythonValues.items(value);
      if (items.size() != targets.size()) {
        throw RefusedException.of("%d names for %d values", targets.size(), items.size());
      }
      return items;
    }
  }
}
