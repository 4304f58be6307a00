package dev.foresight.text.jinja;

import dev.foresight.text.python.PythonCompare;
import dev.foresight.text.python.PythonNumbers;
import dev.foresight.text.python.PythonText;
import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The expressions of Jinja2, in the order of its own parser: what binds closer is read further down
 * here. Jinjava's expressions are Java's, with other operators, precedence and types.
 */
final class ExpressionParser extends LexemeReader {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /**
   * @param lexemes of one tag, the last one {@link Lexeme.Kind#END}
   */
  ExpressionParser(List<Lexeme> lexemes) {
    super(lexemes);
  }

  /** One expression, or several with commas between them, which are a tuple. */
  Expression tuple(boolean withCondition) {
    if (isTupleEnd()) {
      throw RefusedException.of("%s is where an expression should be", peek().described());
    }
    Expression first = withCondition ? condition() : or();
    if (!peek().is(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (skip(",") && !isTupleEnd()) {
      items.add(withCondition ? condition() : or());
    }
    return in -> new PythonValues.Tuple(values(items, in));
  }

  /** Where nothing more follows a comma; Jinja2 takes the words of tags for names there, too. */
  boolean isTupleEnd() {
    return peek().kind() == Lexeme.Kind.END || peek().is(")");
  }

  Expression condition() {
    Expression value = or();
    while (skipName("if")) {
      Expression then = value;
      Expression test = or();
      Expression otherwise =
          skipName("else") ? condition() : in -> new PythonValues.Undefined("the else of an if");
      value = in -> (PythonValues.isTrue(test.value(in)) ? then : otherwise).value(in);
    }
    return value;
  }

  private Expression or() {
    Expression value = and();
    while (skipName("or")) {
      Expression left = value;
      Expression right = and();
      value =
          in -> {
            Object first = left.value(in);
            return PythonValues.isTrue(first) ? first : right.value(in);
          };
    }
    return value;
  }

  private Expression and() {
    Expression value = not();
    while (skipName("and")) {
      Expression left = value;
      Expression right = not();
      value =
          in -> {
            Object first = left.value(in);
            return PythonValues.isTrue(first) ? right.value(in) : first;
          };
    }
    return value;
  }

  private Expression not() {
    if (skipName("not")) {
      Expression denied = not();
      return in -> !PythonValues.isTrue(denied.value(in));
    }
    return comparison();
  }

  private Expression comparison() {
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> operands = new ArrayList<>();
    while (true) {
      if (peek().kind() == Lexeme.Kind.SIGN && COMPARISONS.contains(peek().text())) {
        operators.add(next().text());
      } else if (skipName("in")) {
        operators.add("in");
      } else if (peek().isName("not") && look().isName("in")) {
        next();
        next();
        operators.add("not in");
      } else {
        break;
      }
      operands.add(sum());
    }
    return operators.isEmpty() ? first : in -> compared(first.value(in), operators, operands, in);
  }

  /** {@code a < b < c} asks twice, and not a second time if the first answer is no. */
  private static boolean compared(
      Object first, List<String> operators, List<Expression> operands, PythonInterpreter in) {
    Object left = first;
    for (int i = 0; i < operators.size(); i++) {
      Object right = operands.get(i).value(in);
      if (!PythonCompare.holds(operators.get(i), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Expression sum() {
    Expression value = concatenation();
    while (peek().is("+") || peek().is("-")) {
      value = arithmetic(next().text(), value, concatenation());
    }
    return value;
  }

  private Expression concatenation() {
    Expression first = product();
    if (!peek().is("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (skip("~")) {
      parts.add(product());
    }
    return in -> {
      StringBuilder text = new StringBuilder();
      for (Object part : values(parts, in)) {
        String more = PythonText.str(part);
        PythonValues.bound((long) text.length() + more.length());
        text.append(more);
      }
      return text.toString();
    };
  }

  private Expression product() {
    Expression value = power();
    while (peek().is("*") || peek().is("/") || peek().is("//") || peek().is("%")) {
      value = arithmetic(next().text(), value, power());
    }
    return value;
  }

  private Expression power() {
    Expression value = unary(true);
    while (skip("**")) {
      value = arithmetic("**", value, unary(true));
    }
    return value;
  }

  private static Expression arithmetic(String operator, Expression left, Expression right) {
    return in -> PythonNumbers.calculate(operator, left.value(in), right.value(in));
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    if (peek().is("-") || peek().is("+")) {
      String sign = next().text();
      Expression operand = unary(false);
      value = in -> PythonNumbers.signed(sign, operand.value(in));
    } else {
      value = new PrimaryParser(this).primary();
    }
    PostfixParser postfix = new PostfixParser(this);
    value = postfix.postfix(value);
    return withFilters ? postfix.filtersAndTests(value) : value;
  }

  static List<Object> values(List<Expression> expressions, PythonInterpreter in) {
    List<Object> values = new ArrayList<>();
    expressions.forEach(expression -> values.add(expression.value(in)));
    return values;
  }
}
