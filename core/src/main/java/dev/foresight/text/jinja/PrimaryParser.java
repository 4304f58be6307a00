package dev.foresight.text.jinja;

import dev.foresight.text.python.PythonValues;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names, numbers, quoted texts, and what stands in brackets. */
final class PrimaryParser {
  private final ExpressionParser words;

  PrimaryParser(ExpressionParser words) {
    this.words = words;
  }

  Expression primary() {
    Lexeme lexeme = words.next();
    return switch (lexeme.kind()) {
      case NAME -> named(lexeme.text());
      case NUMBER -> in -> lexeme.value();
      case TEXT -> {
        StringBuilder text = new StringBuilder((String) lexeme.value());
        while (words.peek().kind() == Lexeme.Kind.TEXT) {
          text.append(words.next().value());
        }
        String all = text.toString();
        yield in -> all;
      }
      case SIGN -> bracketed(lexeme);
      case END -> throw RefusedException.of("the tag ends where an expression should be");
    };
  }

  private static Expression named(String name) {
    return switch (name) {
      case "true", "True" -> in -> true;
      case "false", "False" -> in -> false;
      case "none", "None" -> in -> null;
      default -> in -> in.lookup(name);
    };
  }

  private Expression bracketed(Lexeme opening) {
    if (opening.is("(")) {
      if (words.skip(")")) {
        return in -> new PythonValues.Tuple(List.of());
      }
      Expression inner = words.tuple(true);
      words.expect(")");
      return inner;
    }
    if (opening.is("[")) {
      List<Expression> items = new ArrayList<>();
      while (!words.peek().is("]")) {
        items.add(words.condition());
        if (!words.skip(",")) {
          break;
        }
      }
      words.expect("]");
      return in -> ExpressionParser.values(items, in);
    }
    if (!opening.is("{")) {
      throw RefusedException.of("%s is where an expression should be", opening.described());
    }
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!words.peek().is("}")) {
      keys.add(words.condition());
      words.expect(":");
      values.add(words.condition());
      if (!words.skip(",")) {
        break;
      }
    }
    words.expect("}");
    return in -> {
      Map<Object, Object> dict = new LinkedHashMap<>();
      for (int i = 0; i < keys.size(); i++) {
        dict.put(PythonValues.key(keys.get(i).value(in)), values.get(i).value(in));
      }
      return dict;
    };
  }
}
