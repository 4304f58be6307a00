package dev.foresight.text.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.TagNode;
import dev.foresight.text.python.Arguments;
import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code macro}: its defaults are worth what they are when it is called, and it sees the names of
 * the place where it is written.
 */
final class MacroTag implements Tag {
  private static final long serialVersionUID = 1L;

  /**
   * What stands in the tag.
   *
   * @param defaults for each parameter, null where there is none
   */
  record Head(String name, List<String> parameters, List<Expression> defaults) {
    static Head parse(ExpressionParser words) {
      String name = words.name();
      List<String> parameters = new ArrayList<>();
      List<Expression> defaults = new ArrayList<>();
      words.expect("(");
      while (!words.skip(")")) {
        if (!parameters.isEmpty()) {
          words.expect(",");
        }
        String parameter = words.name();
        if (parameters.contains(parameter)) {
          throw RefusedException.of("the parameter %s is there twice", parameter);
        }
        parameters.add(parameter);
        defaults.add(words.skip("=") ? words.condition() : null);
        int last = defaults.size() - 1;
        if (last > 0 && defaults.get(last) == null && defaults.get(last - 1) != null) {
          throw RefusedException.of("a parameter without a default follows one with a default");
        }
      }
      return new Head(name, parameters, defaults);
    }
  }

  @Override
  public String getName() {
    return "macro";
  }

  @Override
  public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
    PythonInterpreter in = PythonInterpreter.of(interpreter);
    Head head = in.part(tag, Head.class);
    Scope around = in.scope();
    PythonValues.Function macro =
        arguments -> {
          Scope scope = new Scope(around);
          scope.set("varargs", new PythonValues.Tuple(List.of()));
          scope.set("kwargs", Map.of());
          return in.within(
              scope,
              () -> {
                bind(head, arguments, in);
                return in.render(tag.getChildren());
              });
        };
    in.set(head.name(), macro);
    return "";
  }

  private static void bind(Head head, Arguments arguments, PythonInterpreter in) {
    List<Object> given =
        arguments.in("the macro " + head.name(), head.parameters().toArray(String[]::new));
    for (int i = 0; i < given.size(); i++) {
      String name = head.parameters().get(i);
      Expression otherwise = head.defaults().get(i);
      in.set(
          name,
          given.get(i) != Arguments.ABSENT
              ? given.get(i)
              : otherwise == null
                  ? new PythonValues.Undefined("the parameter " + name)
                  : otherwise.value(in));
    }
  }
}
