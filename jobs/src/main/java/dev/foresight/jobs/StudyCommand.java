package dev.foresight.jobs;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Quantizes on many parts of a store and judges each result on many kinds of text. */
@Command(
    name = "study",
    description =
        "Measures how far quantized models depend on the text they were calibrated on: variants are"
            + " parts of one sketch store, each judged on every kind of text. A killed study goes"
            + " on where it stopped.",
    sortOptions = false)
final class StudyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private ExecutionOptions execution;

  @Option(names = "--model", required = true, description = "Folder of the float model.")
  private String model;

  @Option(names = "--sketches", required = true, description = "Sketch store of that model.")
  private String sketches;

  @Option(
      names = "--data",
      required = true,
      arity = "1..*",
      paramLabel = "[NAME=]FILE",
      description =
          "Text to judge on, each file or glob a domain, named by NAME or by the file; a domain with"
              + " a shard's name is that shard's home.")
  private List<String> data;

  @Option(
      names = "--methods",
      split = ",",
      description =
          "Methods of quantize to compare (default: rtn,awq,faq; none but --with where that is given).")
  private List<String> methods = List.of();

  @Option(
      names = "--with",
      paramLabel = "NAME=OPTIONS",
      description =
          "One more method: a name and options of quantize, for example 'awq-diagonal=--method awq"
              + " --loss diagonal'; may be repeated.")
  private List<String> with = List.of();

  @Option(
      names = "--quantize",
      paramLabel = "OPTIONS",
      defaultValue = "",
      description = "Options of quantize for all methods, for example '--asymmetric'.")
  private String common;

  @Option(
      names = "--bits",
      split = ",",
      defaultValue = "3",
      description = "Widths (default: ${DEFAULT-VALUE}).")
  private List<Integer> bits;

  @Option(
      names = "--group",
      defaultValue = "128",
      description = "Input channels that share a step (default: ${DEFAULT-VALUE}).")
  private int group;

  @Option(
      names = "--against",
      description = "Method that the others are compared with (default: awq where it is there).")
  private String against;

  @Option(
      names = "--shards",
      split = ",",
      description = "Shards of the store that count (default: all).")
  private List<String> shards = List.of();

  @Option(names = "--per-shard", description = "Calibrate on each shard alone.")
  private boolean perShard;

  @Option(names = "--leave-one-out", description = "Calibrate on all shards but each.")
  private boolean leaveOneOut;

  @Option(
      names = "--bootstrap",
      defaultValue = "0",
      description = "Draws of as many shards with replacement (default: ${DEFAULT-VALUE}).")
  private int draws;

  @Option(
      names = "--budgets",
      split = ",",
      description = "Calibrate on so many first sequences of every shard, each.")
  private List<Integer> budgets = List.of();

  @Option(
      names = "--window",
      defaultValue = "2048",
      description = "Tokens of a window of the text judged on (default: ${DEFAULT-VALUE}).")
  private int window;

  @Option(
      names = "--windows",
      defaultValue = "0",
      description = "Windows of each domain, evenly spaced, 0 for all (default: ${DEFAULT-VALUE}).")
  private int windows;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the resamples behind intervals (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--out", required = true, description = "Folder to write.")
  private String output;

  @Option(names = "--extend", description = "Go on with a finished study, whose cells are kept.")
  private boolean extend;

  @Option(names = "--overwrite", description = "Begin anew in a folder that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    List<StudyMethod> all = new ArrayList<>();
    for (int width : bits) {
      List<String> options =
          new ArrayList<>(List.of("--model", model, "--sketches", sketches, "--out", output));
      options.addAll(List.of("--bits", Integer.toString(width)));
      options.addAll(List.of("--group", Integer.toString(group)));
      options.addAll(StudyMethod.words(common));
      List<String> chosen =
          methods.isEmpty() && with.isEmpty() ? List.of("rtn", "awq", "faq") : methods;
      all.addAll(StudyMethod.parse(options, chosen, with));
    }
    var request =
        new StudyJob.Request(
            model,
            sketches,
            all,
            StudyMethod.against(against, all),
            new StudyPlan(shards, perShard, leaveOneOut, draws, budgets),
            data,
            window,
            windows,
            seed,
            output,
            overwrite,
            extend);
    try (SparkSession session = spark.open("study")) {
      new StudyJob(session, execution.execution(), spec.commandLine().getOut()).run(request);
    }
    return 0;
  }
}
