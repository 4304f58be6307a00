package dev.foresight.jobs;

import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.spark.AtomicFiles;
import dev.foresight.spark.Json;
import dev.foresight.spark.Locations;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Judges a written folder. */
@Command(
    name = "evaluate",
    description = "Perplexity of a model folder, and its divergence from the float model.",
    sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private ExecutionOptions execution;

  @Option(
      names = "--model",
      required = true,
      description = "Folder to judge: float, ours, or another's compressed-tensors.")
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
      required = true,
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

  @Option(names = "--report", description = "File to write the numbers to, as JSON.")
  private String report;

  @Override
  public Integer call() throws Exception {
    try (SparkSession session = spark.open("evaluate")) {
      var request =
          new EvaluateJob.Request(
              model,
              Optional.ofNullable(reference),
              Optional.ofNullable(states),
              data,
              window,
              windows);
      EvaluateJob.Outcome outcome = new EvaluateJob(session, execution.execution()).run(request);
      if (report != null) {
        var conf = session.sparkContext().hadoopConfiguration();
        Path file = new Path(Locations.qualify(report, conf));
        AtomicFiles.writeText(
            conf,
            file.getParent(),
            file.getName(),
            Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(outcome.json()) + "\n");
      }
      print(outcome, spec.commandLine().getOut());
    }
    return 0;
  }

  private static void print(EvaluateJob.Outcome outcome, PrintWriter out) {
    PerplexityResult result = outcome.result();
    out.printf(
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
                    "Reference %.4f; divergence mean %.5f, median %.5f, 99th percentile %.4f;"
                        + " same top token %.2f %%%n",
                    c.referencePerplexity(),
                    c.meanDivergence(),
                    c.medianDivergence(),
                    c.p99Divergence(),
                    100 * c.topAgreement()));
    out.flush();
  }
}
