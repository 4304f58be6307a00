package dev.foresight.text.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.tag.Tag;
import com.hubspot.jinjava.tree.Node;
import com.hubspot.jinjava.tree.TagNode;
import java.util.ArrayList;
import java.util.List;

/** {@code if}, by what Python takes for true: Jinjava takes the text "false" for false. */
final class IfTag implements Tag {
  private static final long serialVersionUID = 1L;

  @Override
  public String getName() {
    return "if";
  }

  @Override
  public String interpret(TagNode tag, JinjavaInterpreter interpreter) {
    PythonInterpreter in = PythonInterpreter.of(interpreter);
    boolean taken = in.isTrue(tag);
    List<Node> branch = new ArrayList<>();
    for (Node child : tag.getChildren()) {
      boolean isElif = child.getName().equals("elif");
      if (isElif || child.getName().equals("else")) {
        if (taken) {
          break;
        }
        taken = !isElif || in.isTrue((TagNode) child);
      } else if (taken) {
        branch.add(child);
      }
    }
    return in.render(branch);
  }
}
