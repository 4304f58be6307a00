package dev.foresight.generate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.tensor.LocalModelFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Greedy text of models against transformers, a line a model; started by {@code
 * tools/exactness/generation}. All prompts of a model run together here, each alone there.
 */
final class GenerationReport {
  private GenerationReport() {}

  public static void main(String[] args) throws IOException {
    System.out.println(
        "| model | prompts | tokens | equal | largest difference of a log-probability | least gap of two logits |");
    System.out.println("|---|---|---|---|---|---|");
    boolean equal = true;
    for (String folder : args) {
      equal &= compare(Path.of(folder));
    }
    System.exit(equal ? 0 : 1);
  }

  private static boolean compare(Path folder) throws IOException {
    JsonNode wanted = new ObjectMapper().readTree(new File(folder.toFile(), "greedy.json"));
    List<Prompt> prompts = new ArrayList<>();
    for (JsonNode each : wanted) {
      prompts.add(new Prompt("prompt " + prompts.size(), ints(each.get("prompt"))));
    }
    int length = wanted.get(0).get("tokens").size();
    var settings = new Generator.Settings(Sampling.GREEDY, 0, 1, length, Set.of(), prompts.size());
    List<List<Continuation>> written;
    try (Model model = ExportedCheckpoints.model(new LocalModelFolder(folder));
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      written = new Generator(cached, settings).generate(prompts);
    }
    int same = 0;
    double worst = 0;
    double gap = Double.POSITIVE_INFINITY;
    for (int i = 0; i < written.size(); i++) {
      JsonNode each = wanted.get(i);
      gap = Math.min(gap, each.get("least_gap").asDouble());
      Continuation ours = written.get(i).get(0);
      for (int t = 0; t < length && ours.tokens()[t] == each.get("tokens").get(t).asInt(); t++) {
        same++;
        double theirs = each.get("log_probabilities").get(t).asDouble();
        worst = Math.max(worst, Math.abs(ours.logProbabilities()[t] - theirs));
      }
    }
    System.out.printf(
        "| %s | %d | %d | %d | %.1e | %.1e |%n",
        folder.getFileName(), written.size(), written.size() * length, same, worst, gap);
    return same == written.size() * length && worst < 1e-4;
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }
}
