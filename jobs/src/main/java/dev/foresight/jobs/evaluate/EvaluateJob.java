package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.evaluate.WindowScores;
import dev.foresight.evaluate.Windows;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.judge.WindowJudge;
import dev.foresight.spark.judge.WindowJudge.Chunk;
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
public final class EvaluateJob {
  private static final int CHUNK_TOKENS = 4096; // of a task, which opens an output head of its own

  private final JavaSparkContext spark;
  private final Configuration conf;
  private final Execution execution;

  public EvaluateJob(SparkSession session, Execution execution) {
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
  public record Request(
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
   * @param windowsInText whole windows that the text holds, of which some or all were scored
   * @param precision arithmetic of the linears, of the model and its reference
   */
  public record Outcome(
      Request request,
      ModelFingerprint model,
      Optional<ModelFingerprint> referenceModel,
      EvaluationText text,
      boolean bos,
      int windowsInText,
      PerplexityResult result,
      Precision precision,
      double seconds) {

    /** The same for {@code --report}. */
    public ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("model", request.model());
      json.put("model_sha256", model.sha256());
      json.put("data", text.name());
      json.put("data_sha256", text.sha256());
      json.put("tokens", text.tokens().length);
      json.put("tokenizer_sha256", model.files().get("tokenizer.json"));
      json.put("window", request.window());
      json.put("windows_in_text", windowsInText);
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
                reference.put("model_sha256", referenceModel.orElseThrow().sha256());
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

  /** Opens the model and scores it. */
  public Outcome run(Request request) throws IOException {
    return run(request, JudgedModel.open(request.model(), conf));
  }

  /** Scores a model that is open already. */
  public Outcome run(Request request, JudgedModel model) throws IOException {
    long started = System.nanoTime();
    EvaluationText text;
    boolean bos;
    try (Tokenizer tokenizer = Tokenizer.open(model.folder())) {
      text = EvaluationText.read(request.data(), conf, tokenizer);
      bos = tokenizer.addsBos();
    }
    int[][] windows = Windows.evenlySpaced(text.tokens(), request.window(), request.windows());
    Optional<JudgedModel> opened =
        request.reference().isEmpty()
            ? Optional.empty()
            : Optional.of(reference(request.reference().get(), model));
    Optional<ExecutorModel.Key> reference = opened.map(this::key);
    Optional<String> states =
        request.states().isEmpty() || reference.isEmpty()
            ? Optional.empty()
            : Optional.of(states(request, reference.get(), text, windows.length));

    spark.setJobGroup(
        "evaluate", Words.format("Score %d windows of %s", windows.length, text.name()));
    List<Chunk> chunks = WindowJudge.chunks(windows, CHUNK_TOKENS);
    List<WindowScores> scores =
        spark
            .parallelize(chunks, chunks.size())
            .map(
                new WindowJudge(key(model), reference, states, new SerializableConfiguration(conf)))
            .collect()
            .stream()
            .flatMap(List::stream)
            .toList();
    return new Outcome(
        request,
        model.fingerprint(),
        opened.map(JudgedModel::fingerprint),
        text,
        bos,
        text.tokens().length / request.window(),
        PerplexityResult.of(scores),
        execution.precision(),
        (System.nanoTime() - started) / 1e9);
  }

  private JudgedModel reference(String given, JudgedModel model) throws IOException {
    JudgedModel reference = JudgedModel.open(given, conf);
    model.requireSameVocabulary(reference);
    return reference;
  }

  private ExecutorModel.Key key(JudgedModel model) {
    return model.key(execution, spark.defaultParallelism());
  }

  /** A folder of its own for each (reference, text, windows), so that nothing stale is read. */
  private String states(
      Request request, ExecutorModel.Key reference, EvaluationText text, int windows)
      throws IOException {
    String name =
        Words.format(
            "%.16s-%.16s-%d-%d%s",
            reference.fingerprint(),
            text.sha256(),
            request.window(),
            windows,
            execution.precision() == Precision.FP32 ? "" : "-" + execution.precision());
    return new Path(Locations.qualify(request.states().orElseThrow(), conf), name).toString();
  }
}
