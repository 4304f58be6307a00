package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.evaluate.Windows;
import dev.foresight.evaluate.task.Task;
import dev.foresight.jobs.calibrate.ExecutionOptions;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges a model folder on text, on tasks, or on both. */
@Command(
    name = "evaluate",
    description =
        "Perplexity of a model folder, its divergence from the float model, and zero-shot tasks.",
    sortOptions = false)
public final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private ExecutionOptions execution;

  @Option(
      names = "--model",
      required = true,
      description = "Folder to judge: float, ours, or another's compressed-tensors, GPTQ or AWQ.")
  private String model;

  @Option(names = "--reference", description = "Folder of the float model, for divergence.")
  private String reference;

  @Option(
      names = "--reference-states",
      description =
          "Folder to keep the reference's hidden states in, so that it runs once for many variants"
              + " (default: not kept).")
  private String states;

  @Option(
      names = "--data",
      description = "Text, or JSON lines with a \"text\"; a file or glob, may be compressed.")
  private String data;

  @Option(
      names = "--window",
      defaultValue = "2048",
      description = "Tokens of a window (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--windows",
      defaultValue = "0",
      description = "Windows, evenly spaced over the text, 0 for all (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Option(
      names = "--sketches",
      description = "Sketch store that the model was calibrated with: warns if --data was in it.")
  private String sketches;

  @Option(
      names = "--task",
      split = Settings.REPEATED,
      hideParamSyntax = true,
      paramLabel = "NAME=FILE",
      description =
          "A zero-shot task and its rows, JSON lines, rendered or as the data set has them; may be"
              + " repeated. Names: piqa, arc_easy, arc_challenge, hellaswag, lambada, winogrande,"
              + " boolq.")
  private Map<String, String> tasks = new LinkedHashMap<>();

  @Option(
      names = "--limit",
      defaultValue = "0",
      description = "Rows of each task that count, from the first; 0 for all.")
  private int limit;

  @Option(names = "--report", description = "File to write the numbers to, as JSON.")
  private String report;

  @Override
  public Integer call() throws Exception {
    check();
    PrintWriter out = spec.commandLine().getOut();
    Footprint footprint = footprint();
    OutputFile file =
        report == null
            ? null
            : OutputFile.report(footprint, "--report", "evaluate", StoreAccess.configuration());
    try (SparkRun held = spark.open("evaluate", footprint)) {
      SparkSession session = held.session();
      Configuration conf = session.sparkContext().hadoopConfiguration();
      JudgedModel opened = JudgedModel.open(model, conf);
      opened.notes().forEach(note -> out.println("Note: " + note));
      List<TaskData> rows = new ArrayList<>();
      for (Map.Entry<String, String> task : tasks.entrySet()) {
        Task named = Task.named(task.getKey());
        rows.add(TaskData.read(named, task.getValue(), limit, opened, conf));
      }
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("model", model);
      json.put("model_sha256", opened.fingerprint().sha256());
      json.put("tokenizer_sha256", opened.fingerprint().files().get("tokenizer.json"));
      if (data != null) {
        EvaluateJob.Outcome outcome =
            new EvaluateJob(session, execution.execution()).run(request(), opened);
        print(outcome, out);
        json.setAll(outcome.json());
        if (sketches != null) {
          OverlapJob.Outcome overlap = overlap(session, opened, outcome);
          out.println(overlap.message());
          json.set("overlap", overlap.json());
        }
      }
      for (TaskData task : rows) {
        TaskJob.Outcome outcome = new TaskJob(session, execution.execution()).run(task, opened);
        print(outcome, out);
        json.withObjectProperty("tasks").set(task.task().key(), outcome.json());
      }
      if (file != null) {
        file.writeReport(json);
      }
    }
    return 0;
  }

  private void check() {
    tasks.keySet().forEach(Task::named);
    if (data == null && tasks.isEmpty()) {
      throw new InputException("There is nothing to judge on: give --data, --task or both.");
    }
    if (data == null && (reference != null || states != null || sketches != null)) {
      throw new InputException(
          "--reference, --reference-states and --sketches belong to text, and there is none: give"
              + " --data, or leave them out.");
    }
    if (limit < 0) {
      throw new InputException(
          Words.format("--limit %d is negative: choose how many, or 0 for all.", limit));
    }
  }

  private OverlapJob.Outcome overlap(
      SparkSession session, JudgedModel opened, EvaluateJob.Outcome outcome) throws IOException {
    int[][] judged = Windows.evenlySpaced(outcome.text().tokens(), window, windows);
    String tokenizer = opened.fingerprint().files().get("tokenizer.json");
    return new OverlapJob(session).run(sketches, judged, tokenizer);
  }

  private EvaluateJob.Request request() {
    return new EvaluateJob.Request(
        model, Optional.ofNullable(reference), Optional.ofNullable(states), data, window, windows);
  }

  private Footprint footprint() {
    Footprint footprint =
        Settings.footprint(spec)
            .reads("--model", model)
            .reads("--reference", reference)
            .reads("--sketches", sketches)
            .readsAll("--data", data);
    tasks.values().forEach(rows -> footprint.readsAll("--task", rows));
    return footprint
        .writesFile("--report", report)
        .addsTo("--reference-states", states)
        .addsToLocal("--cache", execution.execution().cache());
  }

  private static void print(EvaluateJob.Outcome outcome, PrintWriter out) {
    PerplexityResult result = outcome.result();
    out.printf(
        Locale.ROOT,
        "Perplexity %.4f on %d windows of %d tokens of %s (sha256 %.12s, BOS %s), %.1f s%n",
        result.perplexity(),
        result.windows(),
        outcome.request().window(),
        outcome.text().name(),
        outcome.text().sha256(),
        outcome.bos() ? "once" : "none",
        outcome.seconds());
    result
        .comparison()
        .ifPresent(
            c ->
                out.printf(
                    Locale.ROOT,
                    "Reference %.4f; divergence mean %.5f, median %.5f, 99th percentile %.4f;"
                        + " same top token %.2f %%%n",
                    c.referencePerplexity(),
                    c.meanDivergence(),
                    c.medianDivergence(),
                    c.p99Divergence(),
                    100 * c.topAgreement()));
    out.flush();
  }

  private static void print(TaskJob.Outcome outcome, PrintWriter out) {
    var result = outcome.result();
    out.printf(
        Locale.ROOT,
        "%s: acc %.4f ± %.4f",
        outcome.data().task().key(),
        result.acc().value(),
        result.acc().standardError());
    result
        .accNorm()
        .ifPresent(
            norm ->
                out.printf(
                    Locale.ROOT, ", acc_norm %.4f ± %.4f", norm.value(), norm.standardError()));
    result
        .perplexity()
        .ifPresent(perplexity -> out.printf(Locale.ROOT, ", perplexity %.4f", perplexity));
    out.printf(
        Locale.ROOT,
        " on %d of %d rows of %s (sha256 %.12s), %.1f s%n",
        result.rows().size(),
        outcome.data().rowsInFile(),
        outcome.data().file(),
        outcome.data().sha256(),
        outcome.seconds());
    out.flush();
  }
}
