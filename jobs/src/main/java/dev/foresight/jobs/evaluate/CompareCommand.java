package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.evaluate.McNemar;
import dev.foresight.evaluate.PairedMeans;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells two models apart by what each made of the same windows and rows. */
@Command(
    name = "compare",
    description =
        "Compares two reports of evaluate, paired: bootstrap over windows, McNemar's test over rows"
            + " of tasks. Both models must have seen the same data.",
    sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "Report of one model.")
  private String first;

  @Parameters(index = "1", paramLabel = "B", description = "Report of another.")
  private String second;

  @Option(
      names = "--resamples",
      defaultValue = "10000",
      description = "Draws of the bootstrap (default: ${DEFAULT-VALUE}).")
  private int resamples;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description = "Of the bootstrap (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--report", description = "File to write the numbers to, as JSON.")
  private String report;

  @Override
  public Integer call() throws IOException {
    if (resamples < 100) {
      throw new InputException(
          Words.format(
              "--resamples %d are too few for an interval: choose 100 or more.", resamples));
    }
    Configuration conf = StoreAccess.configuration();
    Footprint footprint =
        Settings.footprint(spec)
            .reads("A", first)
            .reads("B", second)
            .writesFile("--report", report);
    OutputFile file =
        report == null ? null : OutputFile.report(footprint, "--report", "compare", conf);
    EvaluationReport a = EvaluationReport.read(first, conf);
    EvaluationReport b = EvaluationReport.read(second, conf);
    a.requireSameData(b);
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "A: %s%nB: %s%n", a.model(), b.model());
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("a", a.model()).put("b", b.model()).put("resamples", resamples).put("seed", seed);
    if (a.hasText()) {
      PairedMeans loss = paired(a, b, "/window_loss", "loss", json, out);
      out.printf(
          Locale.ROOT, "perplexity: A %.4f, B %.4f%n", Math.exp(loss.a()), Math.exp(loss.b()));
      if (a.sharesReference(b)) {
        paired(a, b, "/reference/window_divergence", "divergence", json, out);
      }
    }
    for (String task : a.tasks()) {
      accuracy(a, b, task, "acc", "predicted", json, out);
      if (a.json().at(Words.format("/tasks/%s/acc_norm", task)).isNumber()) {
        accuracy(a, b, task, "acc_norm", "predicted_norm", json, out);
      }
    }
    out.flush();
    if (file != null) {
      file.writeReport(json);
    }
    return 0;
  }

  private PairedMeans paired(
      EvaluationReport a,
      EvaluationReport b,
      String pointer,
      String name,
      ObjectNode json,
      PrintWriter out) {
    double[] ours = a.numbers(pointer);
    PairedMeans means = PairedMeans.of(ours, b.numbers(pointer), resamples, seed);
    json.set(name, Json.MAPPER.<JsonNode>valueToTree(means));
    out.printf(
        Locale.ROOT,
        "%s: A %.5f, B %.5f, B − A %+.5f nats [%+.5f, %+.5f] (95 %%, %d windows)%s%n",
        name,
        means.a(),
        means.b(),
        means.difference(),
        means.low(),
        means.high(),
        ours.length,
        means.clear() ? "" : ": no clear difference");
    return means;
  }

  private static void accuracy(
      EvaluationReport a,
      EvaluationReport b,
      String task,
      String metric,
      String prediction,
      ObjectNode json,
      PrintWriter out) {
    McNemar test = McNemar.of(a.right(task, prediction), b.right(task, prediction));
    ObjectNode node = json.withObjectProperty("tasks").withObjectProperty(task).putObject(metric);
    String pointer = Words.format("/tasks/%s/%s", task, metric);
    double ours = a.json().at(pointer).asDouble();
    double theirs = b.json().at(pointer).asDouble();
    node.put("a", ours).put("b", theirs).put("difference", test.difference());
    node.put("standard_error", test.standardError());
    node.put("rows", test.rows()).put("only_a", test.onlyA()).put("only_b", test.onlyB());
    node.put("p", test.pValue());
    out.printf(
        Locale.ROOT,
        "%s %s: A %.4f, B %.4f, B − A %+.4f ± %.4f; right in A only %d, in B only %d of %d, p = %.4f%n",
        task,
        metric,
        ours,
        theirs,
        test.difference(),
        test.standardError(),
        test.onlyA(),
        test.onlyB(),
        test.rows(),
        test.pValue());
  }
}
