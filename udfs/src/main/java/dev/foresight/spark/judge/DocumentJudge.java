package dev.foresight.spark.judge;

import dev.foresight.evaluate.task.PromptJudge;
import dev.foresight.evaluate.task.PromptScore;
import dev.foresight.evaluate.task.PromptTokens;
import dev.foresight.spark.calibrate.ExecutorModel;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that scores the prompts of some documents. */
public final class DocumentJudge
    implements Function<DocumentJudge.Chunk, List<DocumentJudge.Scored>> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final SerializableConfiguration conf;

  /**
   * A document to score.
   *
   * @param number among all, from 0
   * @param prompts one for each choice
   */
  public record Tokens(int number, List<PromptTokens> prompts) implements Serializable {
    private int longest() {
      return prompts.stream().mapToInt(prompt -> prompt.tokens().length).max().orElse(0);
    }

    private int total() {
      return prompts.stream().mapToInt(prompt -> prompt.tokens().length).sum();
    }
  }

  /** Documents of one Spark task. */
  public record Chunk(List<Tokens> documents) implements Serializable {}

  /** Scores of a document's prompts. */
  public record Scored(int number, List<PromptScore> scores) implements Serializable {}

  /** Scores by this model. */
  public DocumentJudge(ExecutorModel.Key model, SerializableConfiguration conf) {
    this.model = model;
    this.conf = conf;
  }

  /**
   * Documents in chunks of at most so many tokens, or one document: long ones first, like lengths
   * together, the same whatever the cluster.
   */
  public static List<Chunk> chunks(List<Tokens> documents, int tokens) {
    List<Tokens> ordered = new ArrayList<>(documents);
    ordered.sort(Comparator.comparingInt(Tokens::longest).reversed().thenComparing(Tokens::number));
    List<Chunk> chunks = new ArrayList<>();
    List<Tokens> open = new ArrayList<>();
    int filled = 0;
    for (Tokens document : ordered) {
      if (!open.isEmpty() && filled + document.total() > tokens) {
        chunks.add(new Chunk(List.copyOf(open)));
        open.clear();
        filled = 0;
      }
      open.add(document);
      filled += document.total();
    }
    chunks.add(new Chunk(List.copyOf(open)));
    return chunks;
  }

  @Override
  public List<Scored> call(Chunk chunk) throws IOException {
    List<PromptTokens> prompts =
        chunk.documents().stream().flatMap(document -> document.prompts().stream()).toList();
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value());
        PromptJudge judge = new PromptJudge(lease.model(), lease.runner())) {
      List<PromptScore> scores = judge.score(prompts);
      List<Scored> byDocument = new ArrayList<>();
      int at = 0;
      for (Tokens document : chunk.documents()) {
        int end = at + document.prompts().size();
        byDocument.add(new Scored(document.number(), List.copyOf(scores.subList(at, end))));
        at = end;
      }
      return byDocument;
    }
  }
}
