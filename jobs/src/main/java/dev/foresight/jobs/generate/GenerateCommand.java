package dev.foresight.jobs.generate;

import dev.foresight.InputException;
import dev.foresight.generate.Generator;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.jobs.calibrate.ExecutionOptions;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.corpus.ShardBy;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a model write. */
@Command(
    name = "generate",
    description =
        "Continues prompts: a few of the command line, printed, without Spark; or those of a"
            + " corpus, on Spark, into a folder of JSON lines. The same text for any number of"
            + " executors.",
    sortOptions = false)
public final class GenerateCommand implements Callable<Integer> {
  static final String PROMPTS = "--prompts";

  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private SamplingOptions sampling;
  @Mixin private ExecutionOptions execution;

  @Option(
      names = "--model",
      required = true,
      description = "Folder, any Hadoop URI: float, ours, or another's compressed-tensors.")
  private String model;

  @Option(
      names = "--prompt",
      split = Settings.REPEATED,
      description = "Text to continue; repeat it for several.")
  private List<String> prompts = new ArrayList<>();

  @Option(
      names = "--user",
      split = Settings.REPEATED,
      description =
          "What a user says, to be answered in the model's chat template; repeat it for several.")
  private List<String> users = new ArrayList<>();

  @Option(
      names = PROMPTS,
      description =
          "Corpus of prompts as calibrate reads it; conversations are answered. With --out.")
  private String corpus;

  @Option(
      names = "--text-column",
      defaultValue = "text",
      description =
          "Column or key of a prompt, or of its conversation: an array of role and content"
              + " (default: ${DEFAULT-VALUE}).")
  private String textColumn;

  @Option(
      names = "--chat-template",
      description = "File of the Jinja template for conversations (default: the model's own).")
  private String chatTemplate;

  @Option(
      names = "--candidates",
      defaultValue = "1",
      description =
          "Continuations of each prompt, which runs once for all of them (default:"
              + " ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--max-tokens",
      defaultValue = "256",
      description =
          "Tokens of a continuation at most; fewer where the model's positions end (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(
      names = "--temperature",
      defaultValue = "0",
      description =
          "What logits are divided by; 0 takes the likeliest token (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      description =
          "Only the likeliest tokens that have this share together (default: ${DEFAULT-VALUE}).")
  private double topP;

  @Option(names = "--out", description = "Folder to write into, any Hadoop URI.")
  private String output;

  @Option(names = "--overwrite", description = "Replace generated text that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    check();
    settings(Set.of()); // refused before anything begins
    PrintWriter out = spec.commandLine().getOut();
    if (corpus == null) {
      Configuration conf = SparkOptions.configuration();
      Footprint footprint =
          Settings.footprint(spec)
              .reads("--model", model)
              .reads("--chat-template", chatTemplate)
              .addsToLocal("--cache", execution.execution().cache());
      footprint.check(conf);
      Corpus form = corpus("");
      new PromptRun(model, execution.execution(), this::settings, conf, out)
          .run(prompts, users, form);
      return 0;
    }
    Corpus read = corpus(corpus);
    Footprint footprint = Settings.footprint(spec).reads("--model", model);
    read.addTo(footprint, PROMPTS);
    footprint
        .writesFolder("--out", output, FolderKind.TEXT, overwrite)
        .addsToLocal("--cache", execution.execution().cache());
    try (SparkRun held = spark.open("generate", footprint)) {
      new GenerateJob(held.session(), out)
          .run(
              new GenerateJob.Request(
                  model, read, this::settings, execution.execution(), footprint));
    }
    return 0;
  }

  private Generator.Settings settings(Set<Integer> stops) {
    return sampling.settings(
        new SamplingOptions.Main(candidates, maxTokens, temperature, topP), stops);
  }

  private Corpus corpus(String location) {
    return new Corpus(location, textColumn, new ShardBy.File(), Optional.ofNullable(chatTemplate));
  }

  private void check() {
    boolean few = !prompts.isEmpty() || !users.isEmpty();
    if (few == (corpus != null)) {
      throw new InputException(
          few
              ? "--prompts and --prompt or --user exclude each other: put all into the corpus, or name few."
              : "There is nothing to continue: give --prompt, --user, or --prompts with --out.");
    }
    if ((corpus == null) != (output == null)) {
      throw new InputException(
          corpus == null
              ? "--out belongs to --prompts: what --prompt and --user ask for is printed."
              : "--prompts needs --out, the folder that the text goes to.");
    }
    if (execution.execution().memory() == Execution.Memory.STREAMING) {
      throw new InputException(
          "--memory streaming can't generate: every token runs through every block. Leave it out,"
              + " or take --precision int8 for a quarter of the memory.");
    }
  }
}
