package dev.foresight.jobs.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.generate.Generator;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.model.Model;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.generate.GroupFile;
import dev.foresight.spark.generate.GroupWriter;
import dev.foresight.spark.generate.PromptGroups;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.StopTokens;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Continues the prompts of a corpus. Each group of prompts is a file, so that a run that was killed
 * goes on where it stopped.
 */
final class GenerateJob {
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
   * @param sampling settings for tokens that end a text
   * @param footprint that names the output
   */
  record Request(
      String model,
      Corpus prompts,
      Function<Set<Integer>, Generator.Settings> sampling,
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
      settings = request.sampling().apply(StopTokens.of(folder, tokenizer));
    }
    CorpusText text = request.prompts().readPrompts(session, folder, GenerateCommand.PROMPTS);
    spark.setJobGroup("prompts", "Read and order the prompts");
    try (PromptGroups groups = PromptGroups.of(text)) {
      if (groups.without() > 0) {
        out.printf(Locale.ROOT, "Note: %,d documents have no text to continue%n", groups.without());
      }
      ModelFingerprint fingerprint = ModelFingerprint.of(folder);
      ObjectNode plan = plan(request, settings, fingerprint, groups);
      TextOutput output = TextOutput.begin(request.footprint(), plan, conf, out);
      output.write(() -> write(request, settings, fingerprint, groups, output));
    }
  }

  /** All that decides the bytes. */
  private static ObjectNode plan(
      Request request, Generator.Settings settings, ModelFingerprint model, PromptGroups groups) {
    ObjectNode plan = TextOutput.plan(settings, groups);
    plan.put("model_sha256", model.sha256());
    plan.put("precision", request.execution().precision().name().toLowerCase(Locale.ROOT));
    return plan;
  }

  private List<GroupFile.Part> write(
      Request request,
      Generator.Settings settings,
      ModelFingerprint model,
      PromptGroups groups,
      TextOutput output)
      throws IOException {
    spark.setJobGroup(
        "generate", Words.format("Continue %,d prompts by %s", groups.count(), request.model()));
    String location = Locations.qualify(request.model(), conf);
    var key =
        new ExecutorModel.Key(
            location, model.sha256(), request.execution(), spark.defaultParallelism());
    return groups.map(
        new GroupWriter(key, settings, output.location(), new SerializableConfiguration(conf)));
  }
}
