package dev.foresight.jobs.inspect;

import dev.foresight.Words;
import dev.foresight.model.Architecture;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.tensor.TensorInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What a model consists of, as text. Blocks that are alike share one table. */
public final class ModelTable {
  private static final String ROW = "%-18s %-32s %-14s %-6s %,15d %,15d%n";
  private static final String HEADING = "%-18s %-32s %-14s %-6s %15s %15s%n";

  private final Model model;
  private final ModelConfig config;
  private final Architecture architecture;

  /** One line of a block's table, the same for all blocks that are alike. */
  private record Line(
      String role, String tensor, String shape, String dtype, long size, long bytes) {
    String text() {
      return Words.format(ROW, role, tensor, shape, dtype, size, bytes);
    }
  }

  ModelTable(Model model) {
    this.model = model;
    config = model.config();
    architecture = model.architecture();
  }

  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        Words.format(
            "%s: %s, %d blocks, hidden %d, intermediate %d, %d heads (%d for keys and values) of %d, %,d tokens, %,d positions%n",
            model.location(),
            config.modelType(),
            config.blocks(),
            config.hidden(),
            config.intermediate(),
            config.heads(),
            config.kvHeads(),
            config.headDimension(),
            config.vocabulary(),
            config.maxPositions()));
    model.notes().forEach(note -> text.append(Words.format("Note: %s%n", note)));
    text.append(total("All tensors", names(model.checkpoint().tensors())));
    for (Map.Entry<List<Line>, List<Integer>> alike : blocks().entrySet()) {
      text.append(
          Words.format(
              "%nBlock%s %s, each:%n",
              alike.getValue().size() == 1 ? "" : "s", ranges(alike.getValue())));
      text.append(heading());
      alike.getKey().forEach(line -> text.append(line.text()));
    }
    text.append(Words.format("%nOutside the blocks:%n")).append(heading());
    Set<String> outer = new TreeSet<>(architecture.outerTensors(config).keySet());
    for (String name : outer) {
      text.append(line(outerRole(name), name, name).text());
    }
    Set<String> others = new TreeSet<>(names(model.checkpoint().tensors()));
    others.removeAll(outer);
    for (int block = 0; block < config.blocks(); block++) {
      for (String path : architecture.blockTensors(config).keySet()) {
        others.remove(architecture.tensorName(block, path));
      }
    }
    if (!others.isEmpty()) {
      text.append(total("Not part of the decoder, copied as they are", others));
    }
    return text.toString();
  }

  private static String heading() {
    return Words.format(HEADING, "role", "tensor", "shape", "dtype", "parameters", "bytes");
  }

  private Map<List<Line>, List<Integer>> blocks() {
    Map<List<Line>, List<Integer>> alike = new LinkedHashMap<>();
    for (int block = 0; block < config.blocks(); block++) {
      alike.computeIfAbsent(lines(block), lines -> new ArrayList<>()).add(block);
    }
    return alike;
  }

  private List<Line> lines(int block) {
    List<Line> lines = new ArrayList<>();
    Set<String> rest = new TreeSet<>(architecture.blockTensors(config).keySet());
    for (Role role : Role.values()) {
      for (LinearSpec linear : architecture.linears(role)) {
        rest.remove(linear.weight());
        String name = architecture.tensorName(block, linear.weight());
        lines.add(line(role.key(), linear.path(), name));
      }
    }
    for (String path : rest) {
      lines.add(line("", path, architecture.tensorName(block, path)));
    }
    return lines;
  }

  private Line line(String role, String shown, String name) {
    TensorInfo info = model.checkpoint().info(name);
    String shape = info.shape().stream().map(String::valueOf).collect(Collectors.joining(" x "));
    String dtype = info.dtype().name().toLowerCase(Locale.ROOT);
    return new Line(role, shown, shape, dtype, info.elements(), info.bytes());
  }

  private String outerRole(String name) {
    boolean embedding = name.equals(architecture.embedding());
    boolean head = name.equals(architecture.headTensor(config));
    return embedding && head ? "embedding, head" : embedding ? "embedding" : head ? "head" : "";
  }

  private String total(String what, Iterable<String> tensors) {
    long count = 0;
    long parameters = 0;
    long bytes = 0;
    for (String name : tensors) {
      TensorInfo info = model.checkpoint().info(name);
      count++;
      parameters += info.elements();
      bytes += info.bytes();
    }
    return Words.format("%s: %,d, %,d parameters, %,d bytes%n", what, count, parameters, bytes);
  }

  private static List<String> names(Iterable<TensorInfo> tensors) {
    List<String> names = new ArrayList<>();
    tensors.forEach(info -> names.add(info.name()));
    return names;
  }

  /** {@code [0, 1, 2, 5]} as {@code 0-2, 5}. */
  public static String ranges(List<Integer> numbers) {
    List<String> ranges = new ArrayList<>();
    int first = 0;
    for (int i = 1; i <= numbers.size(); i++) {
      if (i == numbers.size() || numbers.get(i) != numbers.get(i - 1) + 1) {
        int from = numbers.get(first);
        int to = numbers.get(i - 1);
        ranges.add(from == to ? String.valueOf(from) : from + "-" + to);
        first = i;
      }
    }
    return String.join(", ", ranges);
  }
}
