package dev.foresight.jobs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.evaluate.task.Document;
import dev.foresight.evaluate.task.PromptScore;
import dev.foresight.evaluate.task.PromptTokens;
import dev.foresight.evaluate.task.Task;
import dev.foresight.evaluate.task.TaskResult;
import dev.foresight.evaluate.task.TaskResult.Share;
import dev.foresight.evaluate.task.TaskRows;
import dev.foresight.onnx.Precision;
import dev.foresight.spark.DocumentJudge;
import dev.foresight.spark.DocumentJudge.Chunk;
import dev.foresight.spark.DocumentJudge.Scored;
import dev.foresight.spark.DocumentJudge.Tokens;
import dev.foresight.spark.Execution;
import dev.foresight.spark.Json;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** A model folder and the rows of a task to accuracies. */
final class TaskJob {
  private static final int CHUNK_TOKENS = 4096; // as much as a task of windows

  private final JavaSparkContext spark;
  private final Configuration conf;
  private final Execution execution;

  TaskJob(SparkSession session, Execution execution) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.execution = execution;
  }

  /**
   * What is asked for.
   *
   * @param file rows of the task
   * @param limit rows from the start that count, 0 for all
   */
  record Request(Task task, String file, int limit) {}

  /**
   * What came out.
   *
   * @param file name of the file
   * @param sha256 of its uncompressed bytes
   * @param rowsInFile all of them
   * @param positions tokens that the model reads at most; longer prompts were cut at the left
   * @param precision arithmetic of the linears
   */
  record Outcome(
      Request request,
      String file,
      String sha256,
      int rowsInFile,
      int positions,
      boolean bos,
      Precision precision,
      TaskResult result,
      double seconds) {

    /** The same for {@code --report}. */
    ObjectNode json() {
      ObjectNode json = Json.MAPPER.createObjectNode();
      json.put("data", file);
      json.put("data_sha256", sha256);
      json.put("rows_in_file", rowsInFile);
      json.put("rows", result.rows().size());
      json.put("max_length", positions);
      json.put("bos", bos ? "once, in front of every context" : "none");
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

  /**
   * @throws InputException naming the line of a row that is wrong
   */
  Outcome run(Request request, JudgedModel model) throws IOException {
    long started = System.nanoTime();
    List<Path> files = TextFile.matching("--task", request.file(), conf);
    if (files.size() > 1) {
      throw new InputException(
          "--task %s=%s matches %d files: name one."
              .formatted(request.task().key(), request.file(), files.size()));
    }
    TextFile file = TextFile.read(files.get(0), conf);
    String name = file.path().getName();
    List<Document> all = TaskRows.read(request.task(), name, file.text());
    List<Document> documents =
        request.limit() == 0 ? all : all.subList(0, Math.min(request.limit(), all.size()));
    List<Tokens> tokens = new ArrayList<>();
    boolean bos;
    try (Tokenizer tokenizer = Tokenizer.open(model.folder())) {
      bos = tokenizer.addsBos();
      for (Document document : documents) {
        tokens.add(tokens(tokens.size(), document, tokenizer, model.positions(), name));
      }
    }
    return new Outcome(
        request,
        name,
        Hashing.sha256Hex(file.bytes()),
        all.size(),
        model.positions(),
        bos,
        execution.precision(),
        TaskResult.of(request.task(), documents, score(request.task(), tokens, model)),
        (System.nanoTime() - started) / 1e9);
  }

  private static Tokens tokens(
      int number, Document document, Tokenizer tokenizer, int positions, String file) {
    String where = "%s, line %d".formatted(file, document.line());
    List<PromptTokens> prompts =
        document.prompts().stream()
            .map(prompt -> PromptTokens.of(prompt, tokenizer, positions, where))
            .toList();
    return new Tokens(number, prompts);
  }

  private List<List<PromptScore>> score(Task task, List<Tokens> tokens, JudgedModel model) {
    spark.setJobGroup("evaluate", "Score %d rows of %s".formatted(tokens.size(), task.key()));
    List<Chunk> chunks = DocumentJudge.chunks(tokens, CHUNK_TOKENS);
    List<List<Scored>> done =
        spark
            .parallelize(chunks, chunks.size())
            .map(
                new DocumentJudge(
                    model.key(execution, spark.defaultParallelism()),
                    new SerializableConfiguration(conf)))
            .collect();
    List<List<PromptScore>> scores = new ArrayList<>();
    tokens.forEach(document -> scores.add(List.of()));
    done.forEach(chunk -> chunk.forEach(scored -> scores.set(scored.number(), scored.scores())));
    return scores;
  }
}
