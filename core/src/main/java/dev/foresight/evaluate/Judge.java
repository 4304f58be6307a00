package dev.foresight.evaluate;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.onnx.HeadSession;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scores windows from their hidden states behind the last block. Those of the reference are handed
 * in, so that the float model runs once, however many variants of it are judged. Safe for several
 * threads.
 */
public final class Judge implements AutoCloseable {
  private static final int LOGIT_BYTES = 32 << 20; // of one model, at once

  private final HeadSession head;
  private final Model model;
  private final boolean compares;
  private final int positionsAtOnce;

  private Judge(HeadSession head, Model model, boolean compares) {
    this.head = head;
    this.model = model;
    this.compares = compares;
    this.positionsAtOnce = Math.max(1, LOGIT_BYTES / Float.BYTES / model.config().vocabulary());
  }

  /** A judge of a model alone: loss and perplexity. */
  public static Judge of(Model model) throws IOException {
    return new Judge(HeadSession.open(model), model, false);
  }

  /**
   * A judge of a model against a reference: divergence as well.
   *
   * @throws InputException if their vocabularies differ
   */
  public static Judge of(Model model, Model reference) throws IOException {
    int ours = model.config().vocabulary();
    int theirs = reference.config().vocabulary();
    if (ours != theirs) {
      throw new InputException(
          "%s has a vocabulary of %d and its reference %s one of %d: they can't be compared."
              .formatted(model.location(), ours, reference.location(), theirs));
    }
    return new Judge(HeadSession.open(model, reference), model, true);
  }

  /**
   * Scores windows.
   *
   * @param windows token ids, all of one length, at least 2
   * @param hidden hidden states of the model, [windows, length, hidden]
   * @return scores per window, in order
   * @throws InputException if a score is not finite
   */
  public List<WindowScores> judge(int[][] windows, float[] hidden) {
    return judge(windows, hidden, new float[0]);
  }

  /**
   * Scores windows against the reference.
   *
   * @param windows token ids, all of one length, at least 2
   * @param hidden hidden states of the model, [windows, length, hidden]
   * @param reference those of the reference, [windows, length, its hidden]
   * @return scores per window, in order
   * @throws InputException if a score is not finite
   */
  public List<WindowScores> judge(int[][] windows, float[] hidden, float[] reference) {
    if (compares != reference.length > 0) {
      throw new IllegalArgumentException("Reference states belong to a judge with a reference");
    }
    List<WindowScores> scores = new ArrayList<>();
    for (int w = 0; w < windows.length; w++) {
      WindowScores window =
          window(windows[w], part(hidden, w, windows), part(reference, w, windows));
      requireFinite(window, w);
      scores.add(window);
    }
    return scores;
  }

  private WindowScores window(int[] ids, float[] hidden, float[] reference) {
    int positions = ids.length - 1;
    float[] loss = new float[positions];
    float[] referenceLoss = new float[compares ? positions : 0];
    float[] divergence = new float[compares ? positions : 0];
    int agreements = 0;
    for (int from = 0; from < positions; from += positionsAtOnce) {
      int to = Math.min(positions, from + positionsAtOnce);
      int[] next = Arrays.copyOfRange(ids, from + 1, to + 1);
      float[] ours = rows(hidden, ids.length, from, to);
      HeadSession.Scores scores =
          compares
              ? head.score(ours, rows(reference, ids.length, from, to), next)
              : head.score(ours, next);
      System.arraycopy(scores.loss(), 0, loss, from, to - from);
      if (compares) {
        System.arraycopy(scores.referenceLoss(), 0, referenceLoss, from, to - from);
        System.arraycopy(scores.divergence(), 0, divergence, from, to - from);
        agreements += scores.agreements();
      }
    }
    return new WindowScores(loss, referenceLoss, divergence, agreements);
  }

  private void requireFinite(WindowScores scores, int window) {
    requireFinite(scores.loss(), "loss", window);
    requireFinite(scores.divergence(), "divergence from its reference", window);
  }

  private void requireFinite(float[] values, String what, int window) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InputException(
            "%s: the %s is %s in window %d. Look for NaN, infinity or huge values in the final norm"
                    .formatted(model.location(), what, value, window)
                + " and the output head.");
      }
    }
  }

  private static float[] part(float[] states, int window, int[][] windows) {
    int size = states.length / windows.length;
    return Arrays.copyOfRange(states, window * size, (window + 1) * size);
  }

  private static float[] rows(float[] states, int length, int from, int to) {
    int channels = states.length / length;
    return Arrays.copyOfRange(states, from * channels, to * channels);
  }

  @Override
  public void close() {
    head.close();
  }
}
