package dev.foresight.text.jinja;

import dev.foresight.text.python.Arguments;
import dev.foresight.text.python.PythonAccess;
import dev.foresight.text.python.PythonFilters;
import dev.foresight.text.python.PythonSlices;
import dev.foresight.text.python.PythonTests;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What stands behind a value: attributes, subscripts, calls, filters and tests. */
final class PostfixParser {
  private final ExpressionParser words;

  PostfixParser(ExpressionParser words) {
    this.words = words;
  }

  /** The arguments of a call as they are written. */
  private record Written(
      List<Expression> positional, Map<String, Expression> named, boolean starred) {
    Arguments evaluate(PythonInterpreter in) {
      if (starred) {
        throw RefusedException.of("arguments by * and ** are not known here");
      }
      Map<String, Object> values = new LinkedHashMap<>();
      named.forEach((name, expression) -> values.put(name, expression.value(in)));
      return new Arguments(ExpressionParser.values(positional, in), values);
    }
  }

  Expression postfix(Expression value) {
    Expression base = value;
    while (true) {
      Expression of = base;
      if (words.skip(".")) {
        base = attribute(of);
      } else if (words.skip("[")) {
        base = subscript(of);
      } else if (words.peek().is("(")) {
        base = call(of);
      } else {
        return base;
      }
    }
  }

  private Expression attribute(Expression of) {
    if (words.peek().kind() == Lexeme.Kind.NUMBER && words.peek().value() instanceof Long index) {
      words.next();
      return in -> PythonAccess.item(of.value(in), index);
    }
    String name = words.name();
    return in -> PythonAccess.attribute(of.value(in), name);
  }

  private Expression subscript(Expression of) {
    Expression from = words.peek().is(":") ? null : words.condition();
    if (words.skip("]")) {
      Expression index = from;
      return in -> PythonAccess.item(of.value(in), index.value(in));
    }
    if (!words.skip(":")) {
      throw RefusedException.of("several subscripts at once are not known here");
    }
    Expression to = isSliceEnd() ? null : words.condition();
    Expression step = !words.skip(":") || isSliceEnd() ? null : words.condition();
    words.expect("]");
    return in ->
        PythonSlices.slice(of.value(in), orNone(from, in), orNone(to, in), orNone(step, in));
  }

  private boolean isSliceEnd() {
    return words.peek().is(":") || words.peek().is("]");
  }

  private static Object orNone(Expression expression, PythonInterpreter in) {
    return expression == null ? null : expression.value(in);
  }

  private Expression call(Expression of) {
    Written arguments = arguments();
    return in -> PythonAccess.call(of.value(in), arguments.evaluate(in));
  }

  private Written arguments() {
    words.expect("(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    boolean starred = false;
    while (!words.peek().is(")")) {
      if (words.skip("*") || words.skip("**")) {
        starred = true;
        positional.add(words.condition());
      } else if (words.peek().kind() == Lexeme.Kind.NAME && words.look().is("=")) {
        String name = words.name();
        words.expect("=");
        if (named.put(name, words.condition()) != null) {
          throw RefusedException.of("the argument %s is there twice", name);
        }
      } else if (named.isEmpty()) {
        positional.add(words.condition());
      } else {
        throw RefusedException.of("an argument without a name follows one with a name");
      }
      if (!words.skip(",")) {
        break;
      }
    }
    words.expect(")");
    return new Written(positional, named, starred);
  }

  Expression filtersAndTests(Expression value) {
    Expression result = value;
    while (true) {
      Expression of = result;
      if (words.skip("|")) {
        result = filter(of);
      } else if (words.skipName("is")) {
        result = test(of);
      } else if (words.peek().is("(")) {
        result = call(of);
      } else {
        return result;
      }
    }
  }

  private Expression filter(Expression of) {
    String name = dotted();
    Written arguments =
        words.peek().is("(") ? arguments() : new Written(List.of(), Map.of(), false);
    return in -> PythonFilters.apply(name, of.value(in), arguments.evaluate(in));
  }

  /** The filters behind the name of a {@code set} that ends with {@code endset}. */
  Expression filters(Expression value) {
    Expression result = value;
    while (words.skip("|")) {
      result = filter(result);
    }
    return result;
  }

  private Expression test(Expression of) {
    boolean denied = words.skipName("not");
    String name = dotted();
    Written arguments =
        words.peek().is("(")
            ? arguments()
            : isArgument()
                ? new Written(List.of(postfix(new PrimaryParser(words).primary())), Map.of(), false)
                : new Written(List.of(), Map.of(), false);
    return in -> denied != PythonTests.holds(name, of.value(in), arguments.evaluate(in));
  }

  /** Filters and tests may have names with dots, though none that is known here has. */
  private String dotted() {
    StringBuilder name = new StringBuilder(words.name());
    while (words.skip(".")) {
      name.append('.').append(words.name());
    }
    return name.toString();
  }

  /** A test takes the value behind it, unless that is a word that goes on. */
  private boolean isArgument() {
    Lexeme next = words.peek();
    return switch (next.kind()) {
      case NAME -> {
        if (next.text().equals("is")) {
          throw RefusedException.of("tests can't be chained by 'is'");
        }
        yield !List.of("else", "or", "and").contains(next.text());
      }
      case TEXT, NUMBER -> true;
      case SIGN -> next.is("[") || next.is("{");
      case END -> false;
    };
  }
}
