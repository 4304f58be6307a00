package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.export.StoredLinears;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.PlanJson;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.LinearVerification;
import dev.foresight.spark.quantize.LinearVerification.Expected;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.FiniteCheck;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.DataSource;
import org.apache.spark.util.SerializableConfiguration;

/** A model folder against what its report says of it. */
final class VerifyJob {
  private static final String REPORT = "report.json";
  private static final String WEIGHTS = ".safetensors";

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;

  VerifyJob(SparkSession session) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
  }

  /**
   * What came out.
   *
   * @param reported whether there is a report to check against
   * @param files what was found of them
   * @param linears that were dequantized
   * @param digests of them, how many had a hash to compare with
   * @param problems a sentence each, with a full stop where it ends with how to mend it
   */
  record Outcome(
      boolean reported, ReportedFiles files, int linears, int digests, List<String> problems) {}

  /**
   * @throws InputException if the folder is missing or unfinished, or can't be read at all
   */
  Outcome run(String given) throws IOException {
    String location = Locations.qualify(given, conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    Optional<JsonNode> report = report(folder);
    ReportedFiles files =
        report.isEmpty()
            ? new ReportedFiles(0, List.of(), List.of())
            : ReportedFiles.check(new Path(location), report.get(), conf);
    if (!files.problems().isEmpty()) { // weights of another file say nothing
      return new Outcome(true, files, 0, 0, files.problems());
    }
    List<String> problems = new ArrayList<>();
    for (String file : Checkpoints.files(folder)) {
      notFinite(folder, file).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) {
      return new Outcome(report.isPresent(), files, 0, 0, problems);
    }
    List<List<Expected>> expected =
        report.isEmpty() ? ofFolder(folder) : ofReport(location, folder, report.get());
    spark.setJobGroup("verify", Words.format("Check the linears of %s", location));
    if (!expected.isEmpty()) {
      spark
          .parallelize(expected, expected.size())
          .map(new LinearVerification(location, new SerializableConfiguration(conf)))
          .collect()
          .forEach(problems::addAll);
    }
    List<Expected> all = expected.stream().flatMap(List::stream).toList();
    int digests = (int) all.stream().filter(linear -> linear.sha256() != null).count();
    return new Outcome(report.isPresent(), files, all.size(), digests, problems);
  }

  private static Optional<JsonNode> report(ModelFolder folder) throws IOException {
    if (!folder.files().contains(REPORT)) {
      return Optional.empty();
    }
    JsonNode report = StrictJson.object(folder.location() + "/" + REPORT, folder.text(REPORT));
    if (!report.path("writer").asText().equals("foresight")) {
      return Optional.empty();
    }
    if (!report.path("grid").isObject()) {
      throw new InputException(
          Words.format(
              "%s is no model folder: its report is of something else. Name a folder that quantize wrote.",
              folder.location()));
    }
    return Optional.of(report);
  }

  private static Optional<String> notFinite(ModelFolder folder, String file) throws IOException {
    try (ByteSource source = folder.open(file)) {
      FiniteCheck.read(source, bytes -> {});
      return Optional.empty();
    } catch (InputException e) {
      return Optional.of(e.getMessage());
    }
  }

  /** What another's folder says of itself, in tasks of a few linears. */
  private static List<List<Expected>> ofFolder(ModelFolder folder) throws IOException {
    ExportedCheckpoints.model(folder).close();
    Optional<StoredLinears> opened = StoredLinears.open(folder);
    if (opened.isEmpty()) {
      return List.of();
    }
    try (StoredLinears linears = opened.get()) {
      return linears.names().stream().map(name -> List.of(new Expected(name, null, null))).toList();
    }
  }

  /** What the report's grid and table say, a task a block. */
  private List<List<Expected>> ofReport(String location, ModelFolder folder, JsonNode report)
      throws IOException {
    ModelGrids grids = PlanJson.read(report, location + "/" + REPORT).grids();
    try (Model model = ExportedCheckpoints.model(folder)) {
      List<List<Expected>> blocks = new ArrayList<>();
      for (int block = 0; block < model.config().blocks(); block++) {
        blocks.add(new ArrayList<>());
      }
      var table =
          session
              .read()
              .option(DataSource.GLOB_PATHS_KEY(), false) // the folder, whatever its name
              .parquet(location + "/foresight/quantization");
      boolean hashed = List.of(table.columns()).contains(QuantizationTables.WEIGHTS);
      for (Row row : table.collectAsList()) {
        int block = row.<Integer>getAs("block");
        if (block >= blocks.size()) {
          throw new InputException(
              Words.format(
                  "%s has a row of block %d in foresight/quantization, but the model has %d blocks: quantize again, with --overwrite.",
                  location, block, blocks.size()));
        }
        if (row.<Integer>getAs("bits") == 0) {
          continue; // left in float
        }
        String name = model.architecture().tensorName(block, row.<String>getAs("linear"));
        blocks
            .get(block)
            .add(
                new Expected(
                    name,
                    grids.of(name),
                    hashed ? row.<String>getAs(QuantizationTables.WEIGHTS) : null));
      }
      return blocks;
    }
  }
}
