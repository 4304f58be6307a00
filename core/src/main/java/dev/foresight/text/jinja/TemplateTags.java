package dev.foresight.text.jinja;

import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.List;

/** What stands in the tags of a template, and that each is closed by its own end. */
final class TemplateTags {
  private final TemplateSyntax syntax;
  private final List<Open> open = new ArrayList<>();

  TemplateTags(TemplateSyntax syntax) {
    this.syntax = syntax;
  }

  /** A tag that waits for its end. */
  private record Open(String name, int line, boolean hasElse) {}

  void read(ExpressionParser words) {
    String name = words.name();
    switch (name) {
      case "if" -> {
        condition(name, words);
        open(name);
      }
      case "elif" -> {
        inner(name, "if");
        condition(name, words);
      }
      case "else" -> {
        Open around = inner(name, "if", "for");
        close(words);
        open.set(open.size() - 1, new Open(around.name(), around.line(), true));
        write(name, null);
      }
      case "for" -> {
        write(name, loop(words));
        open(name);
      }
      case "set" -> set(words);
      case "macro" -> {
        write(name, MacroTag.Head.parse(words));
        close(words);
        open(name);
      }
      case "generation" -> {
        close(words);
        write(name, null);
        open(name);
      }
      case "break", "continue" -> {
        words.end();
        leaveLoop(name);
        write(name, null);
      }
      default -> other(name, words);
    }
  }

  private void condition(String name, ExpressionParser words) {
    Expression test = words.tuple(false);
    close(words);
    write(name, syntax.located(test));
  }

  private ForTag.Head loop(ExpressionParser words) {
    Target target = Target.parse(words, false);
    if (!words.skipName("in")) {
      throw RefusedException.of("%s is where 'in' should be", words.peek().described());
    }
    Expression items = syntax.located(words.tuple(false));
    Expression filter = words.skipName("if") ? syntax.located(words.condition()) : null;
    boolean recursive = words.skipName("recursive");
    close(words);
    return new ForTag.Head(
        target,
        !recursive
            ? items
            : syntax.located(
                in -> {
                  throw RefusedException.of("recursive loops are not known here");
                }),
        filter);
  }

  private void set(ExpressionParser words) {
    Target target = Target.parse(words, true);
    if (words.skip("=")) {
      Expression value = syntax.located(words.tuple(true));
      words.end();
      write("set", new SetTag.Value(target, value));
    } else {
      Expression text = new PostfixParser(words).filters(in -> in.lookup(SetTag.TEXT));
      close(words);
      SetTag.Block block = new SetTag.Block(target, syntax.located(text));
      syntax.write("{%set", block, SetTag.BLOCK + " %}");
      open("set");
    }
  }

  private void other(String name, ExpressionParser words) {
    if (PlainTag.REFUSED_BLOCKS.contains(name)) {
      write(name, null);
      open(name);
    } else if (PlainTag.REFUSED.contains(name)) {
      write(name, null);
    } else if (name.startsWith("end") && !open.isEmpty()) {
      Open last = open.remove(open.size() - 1);
      if (!name.equals("end" + last.name())) {
        throw RefusedException.of(
            "%s is where 'end%s' of line %d should be", name, last.name(), last.line());
      }
      if (!name.equals("endblock")) {
        words.end();
      }
      write(name, null);
    } else {
      throw RefusedException.of("the tag %s is not known, or ends nothing", name);
    }
  }

  private void write(String name, Object part) {
    syntax.write("{%" + name, part, "%}");
  }

  private void open(String name) {
    open.add(new Open(name, syntax.line(), false));
  }

  /** The tag around an elif or else. */
  private Open inner(String name, String... around) {
    Open last = open.isEmpty() ? new Open("", 0, false) : open.get(open.size() - 1);
    if (!List.of(around).contains(last.name()) || last.hasElse()) {
      throw RefusedException.of("%s belongs to nothing", name);
    }
    return last;
  }

  private void leaveLoop(String name) {
    for (int i = open.size() - 1; i >= 0; i--) {
      String around = open.get(i).name();
      if (around.equals("for") && !open.get(i).hasElse()) {
        return;
      }
      if (around.equals("macro") || around.equals("generation")) {
        break;
      }
    }
    throw RefusedException.of("%s stands in no loop", name);
  }

  /** The end of a tag that opens something, before which a colon may stand. */
  private static void close(ExpressionParser words) {
    words.skip(":");
    words.end();
  }

  void end() {
    if (!open.isEmpty()) {
      Open last = open.get(open.size() - 1);
      throw RefusedException.of(
          "nothing ends '%s' of line %d; end%s does", last.name(), last.line(), last.name());
    }
  }
}
