package dev.foresight.evaluate;

import dev.foresight.InputException;
import dev.foresight.Words;
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
  private final HeadSession head;
  private final Model model;
  private final boolean compares;

  private Judge(HeadSession head, Model model, boolean compares) {
    this.head = head;
    this.model = model;
    this.compares = compares;
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
          Words.format("%s has a vocabulary of %d and its reference %s one of %d: they can't be compared.", model.location(), ours, reference.location(), theirs));
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
    int length = windows[0].length;
    int[] next = following(windows);
    HeadSession.Scores all =
        compares ? head.score(hidden, reference, next) : head.score(hidden, next);
    List<WindowScores> scores = new ArrayList<>();
    for (int w = 0; w < windows.length; w++) {
      WindowScores window = window(all, w * length, (w + 1) * length - 1);
      requireFinite(window, w);
      scores.add(window);
    }
    return scores;
  }

  /** The token behind each position; behind a window's last, which is not scored, any. */
  private static int[] following(int[][] windows) {
    int length = windows[0].length;
    int[] next = new int[windows.length * length];
    for (int w = 0; w < windows.length; w++) {
      System.arraycopy(windows[w], 1, next, w * length, length - 1);
    }
    return next;
  }

  private WindowScores window(HeadSession.Scores all, int from, int to) {
    float[] loss = Arrays.copyOfRange(all.loss(), from, to);
    if (!compares) {
      return new WindowScores(loss, new float[0], new float[0], 0);
    }
    int agreements = 0;
    for (int i = from; i < to; i++) {
      agreements += all.top()[i] == all.referenceTop()[i] ? 1 : 0;
    }
    return new WindowScores(
        loss,
        Arrays.copyOfRange(all.referenceLoss(), from, to),
        Arrays.copyOfRange(all.divergence(), from, to),
        agreements);
  }

  private void requireFinite(WindowScores scores, int window) {
    requireFinite(scores.loss(), "loss", window);
    requireFinite(scores.divergence(), "divergence from its reference", window);
  }

  private void requireFinite(float[] values, String what, int window) {
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new InputException(
            Words.format("%s: the %s is %s in window %d. Look for NaN, infinity or huge values in the final norm", model.location(), what, value, window)
                + " and the output head.");
      }
    }
  }

  @Override
  public void close() {
    head.close();
  }
}
