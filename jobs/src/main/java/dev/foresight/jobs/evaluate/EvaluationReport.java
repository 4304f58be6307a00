package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.cli.TextFile;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What {@code evaluate --report} wrote.
 *
 * @param file what messages call it
 */
record EvaluationReport(String file, ObjectNode json) {
  private static final List<String> OF_TEXT =
      List.of("data_sha256", "tokenizer_sha256", "tokens", "window", "windows", "bos");
  private static final List<String> OF_TASK = List.of("data_sha256", "rows", "max_length", "bos");

  /**
   * @throws InputException if there is no such file, or it is no report
   */
  static EvaluationReport read(String file, Configuration conf) throws IOException {
    List<Path> paths = TextFile.matching("", file, conf);
    ObjectNode json = StrictJson.object(file, TextFile.read(paths.get(0), conf).text());
    if (!json.has("model_sha256") || !(json.has("window_loss") || json.has("tasks"))) {
      throw new InputException(
          Words.format("%s is no report of evaluate: write one by evaluate --report.", file));
    }
    return new EvaluationReport(file, json);
  }

  /** Folder of the model that was judged. */
  String model() {
    return json.path("model").asText();
  }

  boolean hasText() {
    return json.has("window_loss");
  }

  /** Whether both were judged against one reference. */
  boolean sharesReference(EvaluationReport other) {
    String reference = json.at("/reference/model_sha256").asText();
    return !reference.isEmpty()
        && reference.equals(other.json.at("/reference/model_sha256").asText());
  }

  /** Keys of the tasks, sorted. */
  TreeSet<String> tasks() {
    TreeSet<String> keys = new TreeSet<>();
    json.path("tasks").fieldNames().forEachRemaining(keys::add);
    return keys;
  }

  /** Numbers of an array, by its JSON pointer. */
  double[] numbers(String pointer) {
    return StreamSupport.stream(json.at(pointer).spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  /**
   * Which rows of a task were right.
   *
   * @param prediction {@code predicted} or {@code predicted_norm}
   */
  boolean[] right(String task, String prediction) {
    double[] gold = numbers(Words.format("/tasks/%s/gold", task));
    double[] found = numbers(Words.format("/tasks/%s/%s", task, prediction));
    boolean[] right = new boolean[gold.length];
    for (int i = 0; i < right.length; i++) {
      right[i] = gold[i] == found[i];
    }
    return right;
  }

  /**
   * Refuses a report whose numbers are of other windows or rows.
   *
   * @throws InputException that names everything that differs
   */
  void requireSameData(EvaluationReport other) {
    List<String> differing = new ArrayList<>();
    if (hasText() || other.hasText()) {
      add(OF_TEXT, json, other.json, "", differing);
    }
    TreeSet<String> all = tasks();
    all.addAll(other.tasks());
    for (String task : all) {
      JsonNode ours = json.at("/tasks/" + task);
      JsonNode theirs = other.json.at("/tasks/" + task);
      if (ours.isMissingNode() || theirs.isMissingNode()) {
        differing.add(Words.format("task %s is in one of them only", task));
      } else {
        add(OF_TASK, ours, theirs, "task " + task + ": ", differing);
      }
    }
    if (!differing.isEmpty()) {
      throw new InputException(
          Words.format(
              "%s and %s can't be compared (%s): evaluate both models on the same data.",
              file, other.file, String.join("; ", differing)));
    }
  }

  private static void add(
      List<String> keys, JsonNode ours, JsonNode theirs, String prefix, List<String> into) {
    for (String key : keys) {
      if (!ours.path(key).equals(theirs.path(key))) {
        into.add(
            Words.format(
                "%s%s %s, not %s", prefix, key, text(ours.path(key)), text(theirs.path(key))));
      }
    }
  }

  private static String text(JsonNode value) {
    return value.isMissingNode() ? "missing" : Words.format("%.16s", value.asText());
  }
}
