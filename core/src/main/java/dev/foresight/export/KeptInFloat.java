package dev.foresight.export;

import dev.foresight.model.Model;
import dev.foresight.tensor.TensorInfo;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What readers must be told to leave alone beside the blocks: the output head, and every other part
 * of a model that also sees. A name with {@code .*} behind it stands for all modules below it,
 * whatever comes before it: readers put prefixes of their own there.
 */
public final class KeptInFloat {
  private static final String BELOW = ".*";
  private static final String HEAD = "lm_head";

  private KeptInFloat() {}

  /** The output head first, then the other parts, sorted. */
  public static List<String> outside(Model model) {
    TreeSet<String> parts = new TreeSet<>();
    for (TensorInfo tensor : model.checkpoint().tensors()) {
      String name = tensor.name();
      if (!name.startsWith(model.architecture().decoder())
          && !name.equals(model.architecture().head())) {
        String inner = name.startsWith("model.") ? name.substring("model.".length()) : name;
        parts.add(inner.substring(0, inner.indexOf('.') + 1));
      }
    }
    parts.remove(""); // a tensor without a module
    return Stream.concat(
            Stream.of(HEAD),
            parts.stream().map(part -> part.substring(0, part.length() - 1) + BELOW))
        .toList();
  }

  /** A regular expression for the full names of the modules that an entry stands for. */
  static String pattern(String entry) {
    return coversAll(entry)
        ? ".*" + plain(entry).replace(".", "\\.") + "\\..*"
        : "^" + entry.replace(".", "\\.") + "$";
  }

  /** An entry as a piece of a module's name. */
  static String plain(String entry) {
    return coversAll(entry) ? entry.substring(0, entry.length() - BELOW.length()) : entry;
  }

  /** Whether an entry stands for all modules below a name. */
  static boolean coversAll(String entry) {
    return entry.endsWith(BELOW);
  }

  /** Whether an entry is the output head. */
  static boolean isHead(String entry) {
    return entry.equals(HEAD);
  }
}
