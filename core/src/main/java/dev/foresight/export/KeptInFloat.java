package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Architecture;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What readers must be told to leave alone: every linear that is not quantized, by an entry that
 * covers its module and no quantized one, whatever the rule by which a reader holds entries against
 * modules.
 *
 * <p>An entry is the name of a module. With {@code *.} in front, anything may stand before the
 * name, because readers put the decoder of a larger model in places of their own. With {@code .*}
 * behind, it stands for the module and all below it, at the top or in {@code model}.
 */
public final class KeptInFloat {
  private static final String ANYWHERE = "*.";
  private static final String BELOW = ".*";
  private static final String HEAD = "lm_head";
  private static final String BLOCKS = "layers.";
  private static final String WEIGHT = ".weight";
  private static final String MODEL = "model.";

  /** Names under which vLLM looks for the linears that it fuses, by the first of them. */
  private static final Map<String, String> FUSED =
      Map.of("q_proj", "qkv_proj", "gate_proj", "gate_up_proj");

  /** Names that mean the same in a substring and in a regular expression. */
  private static final Pattern SIMPLE = Pattern.compile("[\\w.-]+");

  private KeptInFloat() {}

  /**
   * All entries: the output head first, then what lies outside the blocks, then linears of blocks.
   *
   * @param floats names of linears of blocks that are not quantized
   */
  public static List<String> of(Model model, Collection<String> floats) {
    return of(model.architecture(), model.config(), model.checkpoint().tensors(), floats);
  }

  static List<String> of(
      Architecture architecture,
      ModelConfig config,
      Collection<TensorInfo> tensors,
      Collection<String> floats) {
    boolean plain = architecture.decoder().equals(MODEL);
    Set<String> others = new TreeSet<>();
    for (TensorInfo tensor : tensors) {
      if (isOutside(architecture, config, tensor.name())) {
        part(architecture, plain, tensor).ifPresent(others::add);
      }
    }
    List<String> entries = new ArrayList<>();
    entries.add(plain ? HEAD : ANYWHERE + HEAD);
    entries.addAll(others);
    floats.forEach(linear -> entries.add(inBlock(linear)));
    return entries;
  }

  private static boolean isOutside(Architecture architecture, ModelConfig config, String tensor) {
    return !tensor.startsWith(architecture.decoder() + BLOCKS)
        && !architecture.outerTensors(config).containsKey(tensor)
        && !tensor.equals(architecture.head());
  }

  /** A tower as a whole, or one linear. */
  private static Optional<String> part(
      Architecture architecture, boolean plain, TensorInfo tensor) {
    String tower = top(tensor.name());
    boolean ofDecoder = tower.isEmpty() || tower.equals(top(architecture.decoder() + BLOCKS));
    if (!plain && !ofDecoder) {
      return Optional.of(tower + BELOW);
    }
    // only what has the shape of a linear's weight can be one
    boolean linear = tensor.name().endsWith(WEIGHT) && tensor.shape().size() == 2;
    return linear
        ? Optional.of(tensor.name().substring(0, tensor.name().length() - WEIGHT.length()))
        : Optional.empty();
  }

  /** The first name behind {@code model.}; empty for a tensor that lies in no module. */
  private static String top(String name) {
    String inner = name.startsWith(MODEL) ? name.substring(MODEL.length()) : name;
    return inner.substring(0, Math.max(0, inner.indexOf('.')));
  }

  /** The entry for a linear of a block. */
  static String inBlock(String linear) {
    return ANYWHERE + linear.substring(linear.indexOf(BLOCKS));
  }

  /** What compressed-tensors calls the modules of an entry. */
  static String target(String entry) {
    boolean exact = !entry.startsWith(ANYWHERE) && !entry.endsWith(BELOW);
    // a name like Linear would be taken for that of a class
    return exact && !Character.isUpperCase(entry.charAt(0)) ? entry : "re:" + regex(entry);
  }

  /** A regular expression that Python's {@code re.match} finds in the modules of an entry. */
  static String regex(String entry) {
    if (entry.endsWith(BELOW)) {
      String name = entry.substring(0, entry.length() - BELOW.length());
      return "^(?:model\\.)?" + quoted(name) + "(?:\\.|$)";
    }
    boolean anywhere = entry.startsWith(ANYWHERE);
    String name = anywhere ? entry.substring(ANYWHERE.length()) : entry;
    int last = name.lastIndexOf('.') + 1;
    String own = quoted(name.substring(last));
    String fused = FUSED.get(name.substring(last));
    return (anywhere ? "^(?:.*\\.)?" : "^")
        + quoted(name.substring(0, last))
        + (fused == null ? own : Words.format("(?:%s|%s)", own, fused))
        + "$";
  }

  private static String quoted(String name) {
    return name.replaceAll("[^\\w/ -]", "\\\\$0");
  }

  /**
   * An entry for readers who look for pieces of a module's name (AutoAWQ, vLLM), for its beginning
   * or its end (transformers).
   */
  static Stream<String> pieces(String entry) {
    if (entry.endsWith(BELOW)) {
      String name = entry.substring(0, entry.length() - BELOW.length());
      return Stream.of(name, MODEL + name);
    }
    return Stream.of(entry.startsWith(ANYWHERE) ? entry.substring(ANYWHERE.length()) : entry);
  }

  /**
   * Refuses entries whose pieces would also be found in quantized linears.
   *
   * @param quantized names of all linears that are quantized
   * @throws InputException naming both
   */
  static void requireDistinctPieces(List<String> entries, Collection<String> quantized) {
    for (String piece : entries.stream().flatMap(KeptInFloat::pieces).toList()) {
      for (String linear : quantized) {
        if (linear.contains(piece) || !SIMPLE.matcher(piece).matches()) {
          throw new InputException(
              Words.format(
                  "--container awq tells readers by pieces of names what stays in float, and the piece '%s' does not tell that module from %s: use --container compressed-tensors or gptq_v2.",
                  piece, linear));
        }
      }
    }
  }

  /** Whether an entry is the output head. */
  static boolean isHead(String entry) {
    return entry.equals(HEAD) || entry.equals(ANYWHERE + HEAD);
  }
}
