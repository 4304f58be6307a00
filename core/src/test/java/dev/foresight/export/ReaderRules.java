package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which linears of a model readers take for quantized, by the rules that each of them has: what
 * they do, not what the writer means. Rules of compressed-tensors and transformers are held against
 * those packages by ReaderRulesTest; those of GPTQModel, AutoAWQ and vLLM are as their sources have
 * them in 2026.
 */
final class ReaderRules {
  private static final Map<String, List<String>> VLLM_FUSES =
      Map.of(
          "qkv_proj", List.of("q_proj", "k_proj", "v_proj"),
          "gate_up_proj", List.of("gate_proj", "up_proj"));

  private ReaderRules() {}

  /** {@code compressed_tensors.utils.match.is_match} of a Linear. */
  static boolean compressedTensors(String module, String entry) {
    return entry.equals("Linear") || entry.equals("Module") || equalOrRegex(module, entry);
  }

  private static boolean equalOrRegex(String module, String entry) {
    return entry.startsWith("re:")
        ? Pattern.compile(entry.substring(3)).matcher(module).lookingAt()
        : module.equals(entry);
  }

  /** Whether {@code should_convert_module} of transformers leaves a module alone for an entry. */
  static boolean transformersSkips(String module, String entry) {
    return Pattern.compile("(?:" + entry + ")(?:(?<=\\.)|(?=\\.|$))").matcher(module).lookingAt()
        || module.endsWith(entry);
  }

  /**
   * Bits of the linears that compressed-tensors gives a scheme: names before patterns before
   * classes.
   */
  static Map<String, Integer> compressedTensors(JsonNode config, Collection<String> modules) {
    Map<String, Integer> quantized = new TreeMap<>();
    for (String module : modules) {
      if (texts(config.path("ignore")).stream().noneMatch(e -> compressedTensors(module, e))) {
        for (String kind : List.of("Linear", "re:", "")) { // the last one counts
          for (JsonNode group : config.path("config_groups")) {
            for (String target : texts(group.path("targets"))) {
              String is = target.equals("Linear") ? target : target.startsWith("re:") ? "re:" : "";
              if (is.equals(kind) && compressedTensors(module, target)) {
                quantized.put(module, group.at("/weights/num_bits").asInt());
              }
            }
          }
        }
      }
    }
    return quantized;
  }

  /**
   * The same for vLLM, which fuses linears.
   *
   * @param fusedFirst newer releases look for the parts of a fused linear before its class, older
   *     ones behind it
   */
  static Map<String, Integer> vllm(
      JsonNode config, Collection<String> modules, boolean fusedFirst) {
    List<String> ignore = texts(config.path("ignore"));
    Map<String, Integer> quantized = new TreeMap<>();
    fused(modules)
        .forEach(
            (module, parts) -> {
              long ignored =
                  parts.stream()
                      .filter(part -> ignore.stream().anyMatch(e -> equalOrRegex(part, e)))
                      .count();
              if (ignored != 0 && ignored != parts.size()) {
                throw new IllegalStateException("vLLM refuses " + module);
              }
              if (ignored == 0) {
                Integer own = target(config, module);
                Integer ofParts = parts.size() > 1 ? target(config, parts.get(0)) : null;
                int common = config.at("/config_groups/group_0/weights/num_bits").asInt();
                Integer bits = own != null ? own : fusedFirst ? ofParts : null;
                parts.forEach(part -> quantized.put(part, bits == null ? common : bits));
              }
            });
    return quantized;
  }

  private static Integer target(JsonNode config, String module) {
    for (JsonNode group : config.path("config_groups")) {
      if (texts(group.path("targets")).stream().anyMatch(t -> equalOrRegex(module, t))) {
        return group.at("/weights/num_bits").asInt();
      }
    }
    return null;
  }

  /** {@code dynamic_get} of GPTQModel: the first pattern that matches counts. */
  static Set<String> gptqModel(JsonNode config, Collection<String> modules) {
    Set<String> quantized = new TreeSet<>(modules);
    quantized.removeIf(module -> leftAlone(config, module) || module.endsWith("lm_head"));
    return quantized;
  }

  /** {@code get_dynamic_override} of vLLM, which knows fused linears by their fused name only. */
  static Set<String> vllmGptq(JsonNode config, Collection<String> modules) {
    Set<String> quantized = new TreeSet<>();
    fused(modules)
        .forEach(
            (module, parts) -> {
              if (!leftAlone(config, module) && !module.endsWith("lm_head")) {
                quantized.addAll(parts);
              }
            });
    return quantized;
  }

  private static boolean leftAlone(JsonNode config, String module) {
    for (Map.Entry<String, JsonNode> rule : config.path("dynamic").properties()) {
      if (!rule.getKey().startsWith("-:")) {
        throw new IllegalStateException("Only what is left alone is written: " + rule);
      }
      if (Pattern.compile(rule.getKey().substring(2)).matcher(module).lookingAt()) {
        return true;
      }
    }
    return false;
  }

  /** AutoAWQ and vLLM: an entry is a piece of a name. */
  static Set<String> autoAwq(JsonNode config, Collection<String> modules) {
    Set<String> quantized = new TreeSet<>(modules);
    List<String> entries = texts(config.path("modules_to_not_convert"));
    quantized.removeIf(module -> entries.stream().anyMatch(module::contains));
    return quantized;
  }

  static Set<String> transformersAwq(JsonNode config, Collection<String> modules) {
    Set<String> quantized = new TreeSet<>(modules);
    List<String> entries = texts(config.path("modules_to_not_convert"));
    quantized.removeIf(m -> entries.stream().anyMatch(entry -> transformersSkips(m, entry)));
    return quantized;
  }

  /** Modules as vLLM has them, with the modules of the checkpoint that they are made of. */
  private static Map<String, List<String>> fused(Collection<String> modules) {
    Map<String, List<String>> all = new TreeMap<>();
    for (String module : modules) {
      int last = module.lastIndexOf('.') + 1;
      String name = module.substring(last);
      String fused = name;
      for (Map.Entry<String, List<String>> one : VLLM_FUSES.entrySet()) {
        if (one.getValue().contains(name)) {
          fused = one.getKey();
        }
      }
      all.computeIfAbsent(module.substring(0, last) + fused, m -> new ArrayList<>()).add(module);
    }
    return all;
  }

  static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
