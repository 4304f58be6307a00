package dev.foresight.jobs.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.quantize.QuantizeJob;
import dev.foresight.jobs.quantize.ResultIdentity;
import dev.foresight.model.Model;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.study.CellFile;
import dev.foresight.spark.study.CellJudge;
import dev.foresight.study.CellScores;
import dev.foresight.tensor.ModelFolder;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Judges quantized variants of one model, a task for each variant and domain. A variant exists only
 * while it is judged; cells that are finished are read, and a variant of which all are is not even
 * quantized.
 */
final class VariantJudge implements Closeable {
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final Execution execution;
  private final StudyFolder folder;
  private final List<StudyDomain> domains;
  private final QuantizeJob quantizer;
  private final String location;
  private final Model model;
  private final ModelFingerprint fingerprint;

  private VariantJudge(
      SparkSession session,
      Execution execution,
      StudyFolder folder,
      String location,
      Model model,
      ModelFingerprint fingerprint,
      List<StudyDomain> domains) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.execution = execution;
    this.folder = folder;
    this.domains = domains;
    this.quantizer = new QuantizeJob(session, new PrintWriter(Writer.nullWriter()));
    this.location = location;
    this.model = model;
    this.fingerprint = fingerprint;
  }

  /**
   * @param model folder of the float model, which is also the reference
   * @param folder where cells are kept
   */
  static VariantJudge open(
      SparkSession session,
      Execution execution,
      StudyFolder folder,
      String model,
      List<StudyDomain> domains)
      throws IOException {
    Configuration conf = session.sparkContext().hadoopConfiguration();
    String location = Locations.qualify(model, conf);
    ModelFolder files = ModelFolders.open(location, conf);
    return new VariantJudge(
        session,
        execution,
        folder,
        location,
        ExportedCheckpoints.model(files),
        ModelFingerprint.of(files),
        domains);
  }

  /** The float model. */
  ModelFingerprint fingerprint() {
    return fingerprint;
  }

  /** The float model. */
  Model model() {
    return model;
  }

  /**
   * A variant before it is judged.
   *
   * @param cells of each domain, by its name
   * @param key hash of all that decides the variant
   */
  record Prepared(QuantizeJob.Request request, String key, Map<String, CellFile> cells) {}

  /**
   * Names a variant's cells.
   *
   * @throws dev.foresight.InputException if it could not be quantized
   */
  Prepared prepare(QuantizeJob.Request request) throws IOException {
    ResultIdentity identity = quantizer.identity(request, fingerprint);
    Map<String, CellFile> cells = new LinkedHashMap<>();
    for (StudyDomain domain : domains) {
      ObjectNode cell = Json.MAPPER.createObjectNode();
      cell.set("variant", Json.MAPPER.readTree(identity.text()));
      cell.put("precision", execution.precision().name());
      ObjectNode text = cell.putObject("text");
      text.put("sha256", domain.sha256());
      text.put("windows", domain.windows().length);
      text.put("window", domain.windows()[0].length);
      cells.put(domain.name(), new CellFile(folder.location(), cell.toString()));
    }
    return new Prepared(request, identity.sha256(), cells);
  }

  private static String hash(String text) {
    return Hashing.sha256Hex(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A variant that was judged.
   *
   * @param scores by name of the domain, in their order
   * @param seconds that quantizing took; none where every cell was there
   */
  record Judged(Map<String, CellScores> scores, OptionalDouble seconds) {}

  /** The scores of a variant on every domain. */
  Judged judge(Prepared variant, String label) throws IOException {
    Map<String, CellScores> scores = new LinkedHashMap<>();
    List<StudyDomain> missing = new ArrayList<>();
    for (StudyDomain domain : domains) {
      Optional<CellScores> kept = variant.cells().get(domain.name()).read(conf);
      scores.put(domain.name(), kept.orElse(null)); // keeps the order
      if (kept.isEmpty()) {
        missing.add(domain);
      }
    }
    return new Judged(
        scores,
        missing.isEmpty()
            ? OptionalDouble.empty()
            : OptionalDouble.of(quantizeAndJudge(variant, missing, label, scores)));
  }

  /** Fills in the missing scores, and returns the seconds that quantizing took. */
  private double quantizeAndJudge(
      Prepared variant, List<StudyDomain> missing, String label, Map<String, CellScores> scores)
      throws IOException {
    String written = folder.work("variants/" + variant.key());
    try {
      long begun = System.nanoTime();
      quantizer.run(variant.request().into(written));
      double seconds = (System.nanoTime() - begun) / 1e9;
      spark.setJobGroup("study", Words.format("Judge %s on %d domains", label, missing.size()));
      List<CellJudge.Task> tasks = new ArrayList<>();
      for (StudyDomain domain : missing) {
        tasks.add(
            new CellJudge.Task(
                variant.cells().get(domain.name()), states(domain), domain.windows()));
      }
      List<CellScores> judged =
          spark
              .parallelize(tasks, tasks.size())
              .map(
                  new CellJudge(
                      key(written, variant.key()),
                      weights(written),
                      key(location, fingerprint.sha256()),
                      new SerializableConfiguration(conf)))
              .collect();
      for (int i = 0; i < missing.size(); i++) {
        scores.put(missing.get(i).name(), judged.get(i));
      }
      return seconds;
    } finally {
      folder.drop(written);
    }
  }

  /** Bytes of the float model's weights. */
  long weights() throws IOException {
    return weights(location);
  }

  private long weights(String folder) throws IOException {
    Path files = new Path(folder, "*.safetensors");
    return Arrays.stream(files.getFileSystem(conf).globStatus(files))
        .mapToLong(FileStatus::getLen)
        .sum();
  }

  /** A folder of its own for each (text, windows): the float model runs once over each. */
  private String states(StudyDomain domain) {
    String windows =
        hash(
            Words.format(
                "%s %s %s %d x %d",
                fingerprint.sha256(),
                execution.precision(),
                domain.sha256(),
                domain.windows().length,
                domain.windows()[0].length));
    return folder.work("states/" + windows);
  }

  private ExecutorModel.Key key(String folder, String hash) {
    return new ExecutorModel.Key(folder, hash, execution, spark.defaultParallelism());
  }

  @Override
  public void close() throws IOException {
    model.close();
  }
}
