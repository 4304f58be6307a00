package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
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
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A model folder against what its report says of it. */
final class VerifyJob {
  private static final int CHUNK = 8 << 20;
  private static final String REPORT = "report.json";

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
   * @param files whose bytes were hashed
   * @param linears that were dequantized
   * @param digests of them, how many had a hash to compare with
   * @param problems a sentence each, without a full stop
   */
  record Outcome(boolean reported, int files, int linears, int digests, List<String> problems) {}

  /**
   * @throws InputException if the folder is missing or unfinished, or can't be read at all
   */
  Outcome run(String given) throws IOException {
    String location = Locations.qualify(given, conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    Optional<JsonNode> report = report(folder);
    List<String> problems = new ArrayList<>();
    JsonNode files = report.isEmpty() ? StrictJson.object("", "{}") : report.get().path("files");
    for (Map.Entry<String, JsonNode> file : files.properties()) {
      fileProblem(folder, file.getKey(), file.getValue()).ifPresent(problems::add);
    }
    if (!problems.isEmpty()) { // weights of another file say nothing
      return new Outcome(true, files.size(), 0, 0, problems);
    }
    List<List<Expected>> expected =
        report.isEmpty() ? ofFolder(folder) : ofReport(location, folder, report.get());
    spark.setJobGroup("verify", "Check the linears of %s".formatted(location));
    if (!expected.isEmpty()) {
      spark
          .parallelize(expected, expected.size())
          .map(new LinearVerification(location, new SerializableConfiguration(conf)))
          .collect()
          .forEach(problems::addAll);
    }
    List<Expected> all = expected.stream().flatMap(List::stream).toList();
    int digests = (int) all.stream().filter(linear -> linear.sha256() != null).count();
    return new Outcome(report.isPresent(), files.size(), all.size(), digests, problems);
  }

  private static Optional<JsonNode> report(ModelFolder folder) throws IOException {
    if (!folder.files().contains(REPORT)) {
      return Optional.empty();
    }
    JsonNode report = StrictJson.object(folder.location() + "/" + REPORT, folder.text(REPORT));
    return report.path("writer").asText().equals("foresight")
        ? Optional.of(report)
        : Optional.empty();
  }

  private static Optional<String> fileProblem(ModelFolder folder, String file, JsonNode expected)
      throws IOException {
    if (!folder.files().contains(file)) {
      return Optional.of(file + " is missing");
    }
    MessageDigest digest = Hashing.sha256();
    try (ByteSource source = folder.open(file)) {
      if (source.size() != expected.path("bytes").asLong()) {
        return Optional.of(
            "%s has %d bytes, not %d"
                .formatted(file, source.size(), expected.path("bytes").asLong()));
      }
      for (long at = 0; at < source.size(); at += CHUNK) {
        digest.update(source.read(at, (int) Math.min(CHUNK, source.size() - at)));
      }
    }
    String found = HexFormat.of().formatHex(digest.digest());
    return found.equals(expected.path("sha256").asText())
        ? Optional.empty()
        : Optional.of("%s was changed: its sha256 is %s".formatted(file, found));
  }

  /** What another's folder says of itself, in tasks of a few linears. */
  private static List<List<Expected>> ofFolder(ModelFolder folder) throws IOException {
    Model.of(folder, ExportedCheckpoints.open(folder)).close();
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
    try (Model model = Model.of(folder, ExportedCheckpoints.open(folder))) {
      List<List<Expected>> blocks = new ArrayList<>();
      for (int block = 0; block < model.config().blocks(); block++) {
        blocks.add(new ArrayList<>());
      }
      var table = session.read().parquet(location + "/foresight/quantization");
      boolean hashed = List.of(table.columns()).contains(QuantizationTables.WEIGHTS);
      for (Row row : table.collectAsList()) {
        int block = row.<Integer>getAs("block");
        if (block >= blocks.size()) {
          throw new InputException(
              "%s has a row of block %d in foresight/quantization, but the model has %d blocks: quantize again, with --overwrite."
                  .formatted(location, block, blocks.size()));
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
