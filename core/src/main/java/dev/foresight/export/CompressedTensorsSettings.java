package dev.foresight.export;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code quantization_config} of a compressed-tensors folder, ours or another's.
 *
 * @param where what messages call it
 * @param targets from the most to the least special, as compressed-tensors picks them
 */
record CompressedTensorsSettings(String where, List<Target> targets)
    implements StoredLinear.Format {
  private static final Pattern VERSION = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");
  private static final int DENSE_SINCE_MINOR = 17;

  /**
   * Linears that share a scheme.
   *
   * @param matches whether a linear of this name is one of them
   */
  record Target(Predicate<String> matches, CompressedTensorsScheme scheme) {}

  CompressedTensorsSettings {
    targets = List.copyOf(targets);
  }

  /**
   * @throws InputException if the folder can't be dequantized by what this says
   */
  static CompressedTensorsSettings read(String where, ObjectNode config) {
    String format = config.path("format").asText();
    boolean packed = format.equals(CompressedTensors.FORMAT) || format.equals("mixed-precision");
    CompressedTensorsScheme.require(packed, where, "format", format);
    String status = config.path("quantization_status").asText();
    CompressedTensorsScheme.require(
        status.equals("compressed"), where, "quantization_status", status);
    for (String key : List.of("kv_cache_scheme", "sparsity_config", "transform_config")) {
      CompressedTensorsScheme.requireEmpty(where, config, key);
    }
    List<Target> exact = new ArrayList<>();
    List<Target> patterns = new ArrayList<>();
    List<Target> classes = new ArrayList<>();
    for (Map.Entry<String, JsonNode> group : config.path("config_groups").properties()) {
      String name = where + ", " + group.getKey();
      CompressedTensorsScheme scheme = CompressedTensorsScheme.read(name, group.getValue());
      requireDense(where, config.path("version").asText(), scheme.bits());
      for (JsonNode target : group.getValue().path("targets")) {
        String text = target.asText();
        if (text.startsWith("re:")) {
          TargetPattern pattern = TargetPattern.of(name, text.substring("re:".length()));
          patterns.add(new Target(pattern::matches, scheme));
        } else if (text.equals("Linear")) {
          classes.add(new Target(linear -> true, scheme));
        } else {
          exact.add(new Target(text::equals, scheme));
        }
      }
    }
    exact.addAll(patterns);
    exact.addAll(classes);
    return new CompressedTensorsSettings(where, exact);
  }

  private static void requireDense(String where, String version, int bits) {
    if (Integer.SIZE % bits == 0) {
      return; // the older layout is the same at these widths
    }
    Matcher matcher = VERSION.matcher(version);
    boolean dense =
        matcher.matches()
            && (Integer.parseInt(matcher.group(1)) > 0
                || Integer.parseInt(matcher.group(2)) >= DENSE_SINCE_MINOR);
    if (!dense) {
      throw new InputException(
          Words.format("%s was written by compressed-tensors '%s'; before %s, codes of %d bits were laid out in another way. Write the folder again with a newer release.", where, version, CompressedTensors.DENSE_SINCE, bits));
    }
  }

  @Override
  public String mark() {
    return CompressedTensors.PACKED;
  }

  @Override
  public StoredLinear linear(String location, Checkpoint stored, String linear) throws IOException {
    return PackedLinear.of(location, stored, linear, schemeOf(linear));
  }

  /**
   * @throws InputException if no group is meant for this linear
   */
  CompressedTensorsScheme schemeOf(String linear) {
    return targets.stream()
        .filter(target -> target.matches().test(linear))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format("%s has no config group for %s, which is packed.", where, linear)))
        .scheme();
  }
}
