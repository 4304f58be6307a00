package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.evaluate.task.PromptScore;
import dev.foresight.evaluate.task.TaskResult;
import dev.foresight.evaluate.task.TaskResult.Share;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.judge.DocumentJudge;
import dev.foresight.spark.judge.DocumentJudge.Chunk;
import dev.foresight.spark.judge.DocumentJudge.Scored;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A model folder and the rows of a task to accuracies. */
final class TaskJob {
  private static final int CHUNK_TOKENS = 4096; // as much as a task of windows

  private final JavaSparkContext spark;
  private final Execution execution;

  TaskJob(SparkSession session, Execution execution) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.execution = execution;
  }

  /**
   * What came out.
   *
   * @param data what was judged on
   * @param precision arithmetic of the linears
   */
  record Outcome(TaskData data, Precision precision, TaskResult result, double seconds) {

    /** The same for {@code --report}. */
    public ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("data", data.file());
      json.put("data_sha256", data.sha256());
      json.put("rows_in_file", data.rowsInFile());
      json.put("rows", result.rows().size());
      json.put("max_length", data.positions());
      json.put("bos", data.bos() ? "once, in front of every context" : "none");
      json.put("precision", precision.name());
      json.put("seconds", seconds);
      put(json, "acc", result.acc());
      result.accNorm().ifPresent(share -> put(json, "acc_norm", share));
      result.perplexity().ifPresent(perplexity -> json.put("perplexity", perplexity));
      ArrayNode lines = json.putArray("line");
      ArrayNode gold = json.putArray("gold");
      ArrayNode predicted = json.putArray("predicted");
      ArrayNode predictedNorm = json.putArray("predicted_norm");
      ArrayNode likelihoods = json.putArray("log_likelihoods");
      for (TaskResult.Row row : result.rows()) {
        lines.add(row.line());
        gold.add(row.gold());
        predicted.add(row.predicted());
        predictedNorm.add(row.predictedNorm());
        row.logLikelihoods().forEach(likelihoods.addArray()::add);
      }
      return json;
    }

    private static void put(ObjectNode json, String metric, Share share) {
      json.put(metric, share.value());
      json.put(metric + "_stderr", share.standardError());
    }
  }

  /** Scores rows. */
  Outcome run(TaskData data, JudgedModel model) {
    long started = System.nanoTime();
    TaskResult result = TaskResult.of(data.task(), data.documents(), score(data, model));
    return new Outcome(data, execution.precision(), result, (System.nanoTime() - started) / 1e9);
  }

  private List<List<PromptScore>> score(TaskData data, JudgedModel model) {
    spark.setJobGroup(
        "evaluate", Words.format("Score %d rows of %s", data.tokens().size(), data.task().key()));
    List<Chunk> chunks = DocumentJudge.chunks(data.tokens(), CHUNK_TOKENS);
    List<List<Scored>> done =
        spark
            .parallelize(chunks, chunks.size())
            .map(
                new DocumentJudge(
                    model.key(execution, spark.defaultParallelism()),
                    new SerializableConfiguration(spark.hadoopConfiguration())))
            .collect();
    List<List<PromptScore>> scores = new ArrayList<>();
    data.tokens().forEach(document -> scores.add(List.of()));
    done.forEach(chunk -> chunk.forEach(scored -> scores.set(scored.number(), scored.scores())));
    return scores;
  }
}
