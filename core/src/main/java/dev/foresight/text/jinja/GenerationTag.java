package dev.foresight.text.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.TagNode;

/**
 * {@code generation}, by which transformers marks what an assistant says: only its content, whose
 * names don't leak.
 */
final class GenerationTag implements Tag {
  private static final long serialVersionUID = 1L;

  @Override
  public String getName() {
    return "generation";
  }

  @Override
  public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
    PythonInterpreter in = PythonInterpreter.of(interpreter);
    return in.within(new Scope(in.scope()), () -> in.render(tag.getChildren()));
  }
}
