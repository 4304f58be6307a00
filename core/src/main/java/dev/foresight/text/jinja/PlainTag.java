package dev.foresight.text.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.TagNode;
import dev.foresight.text.jinja.PythonInterpreter.Interrupt;
import dev.foresight.text.python.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Tags that write nothing: words inside of others, and those that are not known here. */
final class PlainTag implements Tag {
  /** Tags of Jinja2 that are refused where a conversation comes to them, with an end. */
  static final Set<String> REFUSED_BLOCKS = Set.of("call", "filter", "with", "block", "autoescape");

  /** And without. */
  static final Set<String> REFUSED = Set.of("include", "import", "from", "extends");

  private static final long serialVersionUID = 1L;

  private final String name;
  private final String end; // null without
  private final transient Consumer<PythonInterpreter> action;

  private PlainTag(String name, String end, Consumer<PythonInterpreter> action) {
    this.name = name;
    this.end = end;
    this.action = action;
  }

  static List<Tag> all() {
    List<Tag> all = new ArrayList<>();
    all.add(new PlainTag("else", null, in -> {}));
    all.add(new PlainTag("elif", null, in -> {}));
    all.add(new PlainTag("break", null, in -> in.interrupt(Interrupt.BREAK)));
    all.add(new PlainTag("continue", null, in -> in.interrupt(Interrupt.CONTINUE)));
    REFUSED_BLOCKS.forEach(name -> all.add(refused(name, "end" + name)));
    REFUSED.forEach(name -> all.add(refused(name, null)));
    return all;
  }

  private static Tag refused(String name, String end) {
    return new PlainTag(
        name,
        end,
        in -> {
          throw RefusedException.of(
              "it uses the tag %s, which is not known here%s",
              name, REFUSED.contains(name) ? ", as it reads another file" : "");
        });
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public String getEndTagName() {
    return end;
  }

  @Override
  public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
    action.accept(PythonInterpreter.of(interpreter));
    return "";
  }
}
