package dev.foresight.jobs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.evaluate.WindowScores;
import dev.foresight.evaluate.Windows;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.onnx.Precision;
import dev.foresight.spark.Execution;
import dev.foresight.spark.ExecutorModel;
import dev.foresight.spark.Json;
import dev.foresight.spark.Locations;
import dev.foresight.spark.ModelFingerprint;
import dev.foresight.spark.ModelFolders;
import dev.foresight.spark.WindowJudge;
import dev.foresight.spark.WindowJudge.Chunk;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A model folder to numbers: perplexity, and divergence from its reference. */
final class EvaluateJob {
  private static final int CHUNK_TOKENS = 4096; // of a task, which opens an output head of its own

  private final JavaSparkContext spark;
  private final Configuration conf;
  private final Execution execution;

  EvaluateJob(SparkSession session, Execution execution) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.execution = execution;
  }

  /**
   * What is asked for.
   *
   * @param reference the float model, if divergence is wanted
   * @param states where the reference's hidden states are kept between runs, if they are
   * @param windows how many, 0 for all
   */
  record Request(
      String model,
      Optional<String> reference,
      Optional<String> states,
      String data,
      int window,
      int windows) {}

  /**
   * What came out.
   *
   * @param text what was judged on
   * @param bos whether one BOS stands at the start of the text
   * @param precision arithmetic of the linears, of the model and its reference
   */
  record Outcome(
      Request request,
      ModelFingerprint model,
      EvaluationText text,
      boolean bos,
      PerplexityResult result,
      Precision precision,
      double seconds) {

    /** The same for {@code --report}. */
    ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("model", request.model());
      json.put("model_sha256", model.sha256());
      json.put("data", text.name());
      json.put("data_sha256", text.sha256());
      json.put("window", request.window());
      json.put("bos", bos ? "once, at the start of the text" : "none");
      json.put("precision", precision.name());
      json.put("seconds", seconds);
      json.put("windows", result.windows());
      json.put("positions", result.positions());
      json.put("perplexity", result.perplexity());
      json.set("window_loss", Json.MAPPER.valueToTree(result.windowLoss()));
      result
          .comparison()
          .ifPresent(
              c -> {
                ObjectNode reference = json.putObject("reference");
                reference.put("model", request.reference().orElseThrow());
                reference.put("perplexity", c.referencePerplexity());
                reference.put("divergence_mean", c.meanDivergence());
                reference.put("divergence_median", c.medianDivergence());
                reference.put("divergence_p99", c.p99Divergence());
                reference.put("top_agreement", c.topAgreement());
                reference.set("window_loss", Json.MAPPER.valueToTree(c.windowReferenceLoss()));
                reference.set("window_divergence", Json.MAPPER.valueToTree(c.windowDivergence()));
              });
      return json;
    }
  }

  Outcome run(Request request) throws IOException {
    long started = System.nanoTime();
    String location = Locations.qualify(request.model(), conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    ModelFingerprint fingerprint = ModelFingerprint.of(folder);
    requireModel(folder);
    EvaluationText text;
    boolean bos;
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      text = EvaluationText.read(request.data(), conf, tokenizer);
      bos = tokenizer.addsBos();
    }
    int[][] windows = Windows.evenlySpaced(text.tokens(), request.window(), request.windows());
    Optional<ExecutorModel.Key> reference =
        request.reference().isEmpty()
            ? Optional.empty()
            : Optional.of(reference(request.reference().get()));
    Optional<String> states =
        request.states().isEmpty() || reference.isEmpty()
            ? Optional.empty()
            : Optional.of(states(request, reference.get(), text, windows.length));

    spark.setJobGroup("evaluate", "Score %d windows of %s".formatted(windows.length, text.name()));
    List<Chunk> chunks = WindowJudge.chunks(windows, CHUNK_TOKENS);
    List<WindowScores> scores =
        spark
            .parallelize(chunks, chunks.size())
            .map(
                new WindowJudge(
                    key(location, fingerprint),
                    reference,
                    states,
                    new SerializableConfiguration(conf)))
            .collect()
            .stream()
            .flatMap(List::stream)
            .toList();
    return new Outcome(
        request,
        fingerprint,
        text,
        bos,
        PerplexityResult.of(scores),
        execution.precision(),
        (System.nanoTime() - started) / 1e9);
  }

  private static void requireModel(ModelFolder folder) throws IOException {
    Model.of(folder, ExportedCheckpoints.open(folder)).close();
  }

  private ExecutorModel.Key reference(String given) throws IOException {
    String location = Locations.qualify(given, conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    requireModel(folder);
    return key(location, ModelFingerprint.of(folder));
  }

  private ExecutorModel.Key key(String location, ModelFingerprint fingerprint) {
    return new ExecutorModel.Key(
        location, fingerprint.sha256(), false, execution, spark.defaultParallelism());
  }

  /** A folder of its own for each (reference, text, windows), so that nothing stale is read. */
  private String states(
      Request request, ExecutorModel.Key reference, EvaluationText text, int windows)
      throws IOException {
    String name =
        "%.16s-%.16s-%d-%d%s"
            .formatted(
                reference.fingerprint(),
                text.sha256(),
                request.window(),
                windows,
                execution.precision() == Precision.FP32 ? "" : "-" + execution.precision());
    return new Path(Locations.qualify(request.states().orElseThrow(), conf), name).toString();
  }
}
