package dev.foresight.jobs.generate;

import dev.foresight.InputException;
import dev.foresight.generate.Generator;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.jobs.calibrate.ExecutionOptions;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.regenerate.Competition;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.corpus.ShardBy;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a teacher rewrite calibration text. */
@Command(
    name = "regenerate",
    description =
        "Rewrites a corpus: a larger model of the family, or the model itself, writes several"
            + " candidates for each text; the best of them takes its place. The same text for any"
            + " number of executors.",
    sortOptions = false)
public final class RegenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private SamplingOptions sampling;
  @Mixin private ExecutionOptions execution;

  @Option(
      names = "--model",
      required = true,
      description = "Folder of the model that will be calibrated: tells how surprising a text is.")
  private String model;

  @Option(names = "--teacher", description = "Folder of the model that writes.")
  private String teacher;

  @Option(names = "--self", description = "The model is its own teacher.")
  private boolean self;

  @Option(names = "--corpus", required = true, description = "Text, as calibrate reads it.")
  private String corpus;

  @Option(
      names = "--text-column",
      defaultValue = "text",
      description =
          "Column or key of a document's text or conversation (default: ${DEFAULT-VALUE}).")
  private String textColumn;

  @Option(
      names = "--shard-by",
      defaultValue = "file",
      description =
          "What tells shards apart: file, column:NAME, or partition:N (default:"
              + " ${DEFAULT-VALUE}).")
  private String shardBy;

  @Option(names = "--out", required = true, description = "Folder to write into, any Hadoop URI.")
  private String output;

  @Option(
      names = "--recipe",
      defaultValue = "continue",
      description =
          "What the teacher is asked: continue, question, reason, rephrase, or a file (default:"
              + " ${DEFAULT-VALUE}).")
  private String recipe;

  @Option(
      names = "--candidates",
      defaultValue = "4",
      description = "Texts that compete for each place (default: ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--max-tokens",
      defaultValue = "512",
      description =
          "Tokens of a text that count, and of what takes its place (default: ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(
      names = "--temperature",
      defaultValue = "0.8",
      description =
          "What logits are divided by; 0 takes the likeliest token (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-p",
      defaultValue = "0.95",
      description =
          "Only the likeliest tokens that have this share together (default: ${DEFAULT-VALUE}).")
  private double topP;

  @Option(
      names = "--min-tokens",
      defaultValue = "8",
      description = "Fewer tokens are too short (default: ${DEFAULT-VALUE}).")
  private int minTokens;

  @Option(
      names = "--teacher-weight",
      defaultValue = "1",
      description =
          "What the mean log-probability under the teacher counts (default: ${DEFAULT-VALUE}).")
  private double teacherWeight;

  @Option(
      names = "--surprise-weight",
      defaultValue = "1",
      description =
          "What it counts that a text surprises the model more or less than its source (default:"
              + " ${DEFAULT-VALUE}).")
  private double surpriseWeight;

  @Option(names = "--overwrite", description = "Replace regenerated text that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    PromptRecipe asked = PromptRecipes.of(recipe);
    check();
    settings(Set.of()); // refused before anything begins
    Corpus read = new Corpus(corpus, textColumn, ShardBy.parse(shardBy), Optional.empty());
    Footprint footprint =
        Settings.footprint(spec).reads("--model", model).reads("--teacher", teacher);
    read.addTo(footprint, "--corpus");
    if (!PromptRecipes.NAMES.contains(recipe)) {
      footprint.readsLocal("--recipe", recipe);
    }
    footprint
        .writesFolder("--out", output, FolderKind.TEXT, overwrite)
        .addsToLocal("--cache", execution.execution().cache());
    Competition competition =
        new Competition(teacherWeight, surpriseWeight, minTokens, asked.continues());
    try (SparkRun held = spark.open("regenerate", footprint)) {
      new RegenerateJob(held.session(), spec.commandLine().getOut())
          .run(
              new RegenerateJob.Request(
                  model,
                  self ? model : teacher,
                  read,
                  asked,
                  competition,
                  this::settings,
                  maxTokens,
                  execution.execution(),
                  footprint));
    }
    return 0;
  }

  private Generator.Settings settings(Set<Integer> stops) {
    return sampling.settings(
        new SamplingOptions.Main(candidates, maxTokens, temperature, topP), stops);
  }

  private void check() {
    if (self == (teacher != null)) {
      throw new InputException(
          self
              ? "--self and --teacher exclude each other: name one."
              : "Nobody writes: give --teacher, a larger model of the family, or --self.");
    }
    if (candidates > 1 && temperature == 0) {
      throw new InputException(
          "--candidates at --temperature 0 are all alike: raise the temperature, or take one.");
    }
    if (execution.execution().memory() == Execution.Memory.STREAMING) {
      throw new InputException(
          "--memory streaming can't generate: every token runs through every block. Leave it out,"
              + " or take --precision int8 for a quarter of the memory.");
    }
  }
}
