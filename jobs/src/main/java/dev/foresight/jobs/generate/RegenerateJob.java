package dev.foresight.jobs.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.generate.Generator;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.model.Model;
import dev.foresight.regenerate.Competition;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.generate.GroupFile;
import dev.foresight.spark.generate.PromptGroups;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.regenerate.RegenerateTask;
import dev.foresight.spark.regenerate.Regeneration;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.ChatTemplate;
import dev.foresight.text.StopTokens;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/** Rewrites a corpus group by group, so that a run that was killed goes on where it stopped. */
final class RegenerateJob {
  private static final String TABLE = "candidates";
  private static final StructType CANDIDATES =
      StructType.fromDDL(
          "shard STRING, id STRING, candidate INT, text STRING, tokens INT, ended BOOLEAN,"
              + " log_probability DOUBLE, surprise DOUBLE, source_surprise DOUBLE, repetition"
              + " DOUBLE, copied DOUBLE, `foreign` DOUBLE, fault STRING, score DOUBLE, won BOOLEAN");

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final PrintWriter out;

  RegenerateJob(SparkSession session, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.out = out;
  }

  /**
   * What is asked for.
   *
   * @param model the target
   * @param teacher that writes
   * @param sampling settings for tokens that end a text
   * @param maxTokens of a source that count
   * @param footprint that names the output
   */
  record Request(
      String model,
      String teacher,
      Corpus corpus,
      PromptRecipe recipe,
      Competition competition,
      Function<Set<Integer>, Generator.Settings> sampling,
      int maxTokens,
      Execution execution,
      Footprint footprint) {}

  /**
   * Writes the folder.
   *
   * @throws InputException if anything is refused; what this run wrote is then removed
   */
  void run(Request request) throws IOException {
    ModelFolder target = folder(request.model());
    ModelFolder teacher = folder(request.teacher());
    ExportedCheckpoints.model(target).close();
    Generator.Settings settings;
    try (Model model = ExportedCheckpoints.model(teacher);
        Tokenizer tokenizer = Tokenizer.open(teacher)) {
      model.notes().forEach(note -> out.println("Note: " + note));
      settings = request.sampling().apply(StopTokens.of(teacher, tokenizer));
    }
    ModelFingerprint targetPrint = ModelFingerprint.of(target);
    ModelFingerprint teacherPrint = ModelFingerprint.of(teacher);
    family(target, targetPrint, teacher, teacherPrint)
        .ifPresent(warning -> out.println("Warning: " + warning));
    CorpusText text = request.corpus().readVerbatim(session);
    spark.setJobGroup("sources", "Read and order the sources");
    try (PromptGroups groups = PromptGroups.of(text)) {
      if (groups.without() > 0) {
        out.printf(Locale.ROOT, "Note: %,d documents have no text to rewrite%n", groups.without());
      }
      Regeneration what =
          new Regeneration(
              key(request.teacher(), teacherPrint, request.execution()),
              key(request.model(), targetPrint, request.execution()),
              request.recipe(),
              request.competition(),
              settings,
              ChatTemplate.of(teacher).map(ChatTemplate::asking).orElse(null),
              request.maxTokens());
      TextOutput output = TextOutput.begin(request.footprint(), plan(what, groups), conf, out);
      output.write(() -> write(what, groups, output));
    }
  }

  private ModelFolder folder(String location) throws IOException {
    return ModelFolders.open(Locations.qualify(location, conf), conf);
  }

  private ExecutorModel.Key key(String location, ModelFingerprint model, Execution execution)
      throws IOException {
    return new ExecutorModel.Key(
        Locations.qualify(location, conf), model.sha256(), execution, spark.defaultParallelism());
  }

  /** What speaks against teacher and target being of one family. */
  private static Optional<String> family(
      ModelFolder target, ModelFingerprint ours, ModelFolder teacher, ModelFingerprint theirs)
      throws IOException {
    List<String> differences = new ArrayList<>();
    if (!ours.files().get("tokenizer.json").equals(theirs.files().get("tokenizer.json"))) {
      differences.add("their tokenizer.json differ");
    }
    String one = type(target);
    String other = type(teacher);
    if (!one.equals(other)) {
      differences.add(Words.format("model_type is %s and %s", one, other));
    }
    return differences.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Words.format(
                "%s and its teacher %s may be of different families: %s.",
                target.location(), teacher.location(), String.join(", ", differences)));
  }

  private static String type(ModelFolder folder) throws IOException {
    return Json.MAPPER.readTree(folder.text("config.json")).path("model_type").asText("unnamed");
  }

  private static ObjectNode plan(Regeneration what, PromptGroups groups) {
    ObjectNode plan = TextOutput.plan(what.settings(), groups);
    plan.put("teacher_sha256", what.teacher().fingerprint());
    plan.put("model_sha256", what.target().fingerprint());
    plan.put("precision", what.teacher().execution().precision().name().toLowerCase(Locale.ROOT));
    plan.put("recipe", what.recipe().name());
    plan.put("recipe_answer", what.recipe().answer());
    plan.put("recipe_ask", what.recipe().ask());
    plan.put("recipe_keep", what.recipe().keep());
    plan.put("teacher_weight", what.competition().teacherWeight());
    plan.put("surprise_weight", what.competition().surpriseWeight());
    plan.put("min_tokens", what.competition().minTokens());
    return plan;
  }

  private List<GroupFile.Part> write(Regeneration what, PromptGroups groups, TextOutput output)
      throws IOException {
    spark.setJobGroup(
        "regenerate", Words.format("%,d sources by %s", groups.count(), what.teacher().location()));
    List<GroupFile.Part> parts =
        groups.map(
            new RegenerateTask(what, output.location(), new SerializableConfiguration(conf)));
    spark.setJobGroup("candidates", "Table of all candidates");
    List<Row> rows =
        session
            .read()
            .schema(CANDIDATES)
            .json(new Path(output.location(), RegenerateTask.CANDIDATES).toString())
            .orderBy("shard", "id", "candidate")
            .collectAsList();
    output.folder().table(session, TABLE, rows, CANDIDATES);
    long won = rows.stream().filter(row -> row.getBoolean(row.fieldIndex("won"))).count();
    out.printf(
        Locale.ROOT,
        "%,d of %,d sources got another text, the others keep theirs%n",
        won,
        groups.count());
    return parts;
  }
}
