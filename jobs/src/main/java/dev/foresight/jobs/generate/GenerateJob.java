package dev.foresight.jobs.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.generate.Generator;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.model.Model;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.generate.GroupWriter;
import dev.foresight.spark.generate.PromptGroups;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.io.UnfinishedOutput;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.StopTokens;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Continues the prompts of a corpus. Each group of prompts is a file, so that a run that was killed
 * goes on where it stopped.
 */
final class GenerateJob {
  private static final String REPORT = "report.json";

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final PrintWriter out;

  GenerateJob(SparkSession session, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.out = out;
  }

  /**
   * What is asked for.
   *
   * @param footprint that names the output
   */
  record Request(
      String model,
      Corpus prompts,
      SamplingOptions sampling,
      Execution execution,
      Footprint footprint) {}

  /**
   * Writes the folder.
   *
   * @throws InputException if anything is refused; what this run wrote is then removed
   */
  void run(Request request) throws IOException {
    ModelFolder folder = ModelFolders.open(Locations.qualify(request.model(), conf), conf);
    Generator.Settings settings;
    try (Model model = ExportedCheckpoints.model(folder);
        Tokenizer tokenizer = Tokenizer.open(folder)) {
      model.notes().forEach(note -> out.println("Note: " + note));
      settings = request.sampling().settings(StopTokens.of(folder, tokenizer));
    }
    CorpusText text = request.prompts().readPrompts(session, folder, GenerateCommand.PROMPTS);
    spark.setJobGroup("prompts", "Read and order the prompts");
    try (PromptGroups groups = PromptGroups.of(text)) {
      if (groups.without() > 0) {
        out.printf(Locale.ROOT, "Note: %,d documents have no text to continue%n", groups.without());
      }
      ModelFingerprint fingerprint = ModelFingerprint.of(folder);
      ObjectNode plan = plan(request, settings, fingerprint, groups);
      TargetFolder target = begin(request, plan);
      try {
        write(request, settings, fingerprint, groups, plan, target);
      } catch (Exception e) { // Spark throws checked exceptions that it does not declare
        if (ErrorHandler.refusal(e).isPresent()) {
          target.takeBack();
        }
        throw e;
      }
    }
  }

  /** All that decides the bytes. */
  private static ObjectNode plan(
      Request request, Generator.Settings settings, ModelFingerprint model, PromptGroups groups) {
    ObjectNode plan = Json.MAPPER.createObjectNode();
    plan.put("writer", "foresight");
    plan.put("model_sha256", model.sha256());
    plan.put("precision", request.execution().precision().name().toLowerCase(Locale.ROOT));
    plan.put("prompts", groups.count());
    plan.put("prompts_xxh64", Words.format("%016x", groups.digest()));
    plan.put("temperature", settings.sampling().temperature());
    plan.put("top_k", settings.sampling().topK());
    plan.put("top_p", settings.sampling().topP());
    plan.put("min_p", settings.sampling().minP());
    plan.put("repetition_penalty", settings.sampling().repetitionPenalty());
    plan.put("seed", settings.seed());
    plan.put("candidates", settings.candidates());
    plan.put("max_tokens", settings.maxTokens());
    plan.put("batch", settings.batch());
    new TreeSet<>(settings.stops()).forEach(plan.withArray("stop_tokens")::add);
    return plan;
  }

  /** The folder of a run that was killed, or an empty one. */
  private TargetFolder begin(Request request, ObjectNode plan) throws IOException {
    TargetFolder target = request.footprint().folder("--out", conf);
    UnfinishedOutput unfinished = new UnfinishedOutput(target.root().toString());
    if (target.overwrite() || !unfinished.isOf(plan.toString(), conf)) {
      target.prepare();
      unfinished.begin(plan.toString(), conf);
    } else {
      out.println("Goes on with what an earlier run has written.");
    }
    return target;
  }

  private void write(
      Request request,
      Generator.Settings settings,
      ModelFingerprint model,
      PromptGroups groups,
      ObjectNode plan,
      TargetFolder target)
      throws IOException {
    spark.setJobGroup(
        "generate", Words.format("Continue %,d prompts by %s", groups.count(), request.model()));
    String location = Locations.qualify(request.model(), conf);
    var key =
        new ExecutorModel.Key(
            location, model.sha256(), request.execution(), spark.defaultParallelism());
    long began = System.nanoTime();
    List<GroupWriter.Part> parts =
        new GroupWriter(
                key, settings, target.root().toString(), new SerializableConfiguration(conf))
            .write(groups);
    double seconds = (System.nanoTime() - began) / 1e9;
    OutputFolder folder = new OutputFolder(target);
    parts.forEach(part -> folder.note(part.name(), part.file()));
    plan.set("files", Json.MAPPER.valueToTree(folder.written()));
    plan.put("continuations", parts.stream().mapToInt(GroupWriter.Part::continuations).sum());
    plan.put("tokens", parts.stream().mapToLong(GroupWriter.Part::tokens).sum());
    folder.json(REPORT, plan);
    target.commit();
    long fresh =
        parts.stream().filter(GroupWriter.Part::fresh).mapToLong(GroupWriter.Part::tokens).sum();
    out.printf(
        Locale.ROOT,
        "Wrote %,d continuations of %,d prompts into %s: %,d tokens in %.1f s, %.1f a second%n",
        plan.get("continuations").asLong(),
        groups.count(),
        target.root(),
        fresh,
        seconds,
        fresh / seconds);
    out.flush();
  }
}
