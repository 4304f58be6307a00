package dev.foresight.text.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.FlexibleTag;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.TagNode;
import com.hubspot.jinjava.tree.parse.TagToken;
import dev.foresight.text.jinja.PythonInterpreter.Interrupt;

/** {@code set}, by a value or by what stands up to {@code endset}. */
final class SetTag implements Tag, FlexibleTag {
  /** Stands behind the number of a part whose value is what stands up to {@code endset}. */
  static final String BLOCK = "block";

  /** The name of that text, which is none for templates. */
  static final String TEXT = "the text";

  private static final long serialVersionUID = 1L;

  /**
   * @param value of {@link #TEXT}, by its filters
   */
  record Block(Target target, Expression value) {}

  record Value(Target target, Expression value) {}

  @Override
  public String getName() {
    return "set";
  }

  @Override
  public boolean hasEndTag(TagToken tag) {
    return tag.getHelpers().contains(BLOCK);
  }

  @Override
  public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
    PythonInterpreter in = PythonInterpreter.of(interpreter);
    if (!tag.getHelpers().contains(BLOCK)) {
      Value set = in.part(tag, Value.class);
      set.target().assign(in, set.value().value(in));
      return "";
    }
    Block set = in.part(tag, Block.class);
    Object value =
        in.within(
            new Scope(in.scope()),
            () -> {
              in.set(TEXT, in.render(tag.getChildren()));
              return in.interrupt() == Interrupt.NONE ? set.value().value(in) : null;
            });
    if (in.interrupt() == Interrupt.NONE) {
      set.target().assign(in, value);
    }
    return "";
  }
}
