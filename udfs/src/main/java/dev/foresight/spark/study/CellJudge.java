package dev.foresight.spark.study;

import dev.foresight.evaluate.PerplexityResult;
import dev.foresight.evaluate.WindowScores;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.judge.WindowJudge;
import dev.foresight.spark.judge.WindowJudge.Chunk;
import dev.foresight.study.CellScores;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that judges one variant on one domain and keeps the scores in the cell's file. */
public final class CellJudge implements Function<CellJudge.Task, CellScores> {
  private static final long serialVersionUID = 1L;
  private static final int CHUNK_TOKENS = 4096;

  private final ExecutorModel.Key variant;
  private final long bytes;
  private final ExecutorModel.Key reference;
  private final SerializableConfiguration conf;

  /**
   * A cell to be filled.
   *
   * @param file where its scores go
   * @param states folder for the reference's hidden states on the domain, shared by all variants
   * @param windows token ids
   */
  @SuppressWarnings("ArrayRecordComponent") // travels once, never compared
  public record Task(CellFile file, String states, int[][] windows) implements Serializable {}

  /**
   * @param variant the quantized model
   * @param bytes of its weights
   * @param reference the float model
   */
  public CellJudge(
      ExecutorModel.Key variant,
      long bytes,
      ExecutorModel.Key reference,
      SerializableConfiguration conf) {
    this.variant = variant;
    this.bytes = bytes;
    this.reference = reference;
    this.conf = conf;
  }

  @Override
  public CellScores call(Task task) throws IOException {
    WindowJudge judge =
        new WindowJudge(variant, Optional.of(reference), Optional.of(task.states()), conf);
    List<WindowScores> scores = new ArrayList<>();
    for (Chunk chunk : WindowJudge.chunks(task.windows(), CHUNK_TOKENS)) {
      scores.addAll(judge.call(chunk));
    }
    CellScores cell = CellScores.of(PerplexityResult.of(scores), bytes);
    task.file().write(cell, conf.value());
    return cell;
  }
}
