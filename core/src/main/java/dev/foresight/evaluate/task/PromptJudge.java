package dev.foresight.evaluate.task;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.HeadSession;
import java.io.IOException;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Scores prompts. Those that read the same tokens run once; those of like lengths run together,
 * filled up at the right, where a causal model does not look. Only positions in front of a
 * continuation's tokens go through the output head.
 */
public final class PromptJudge implements AutoCloseable {
  private static final int LENGTH_STEP = 16; // lengths are filled up to multiples of it

  private final Model model;
  private final BlockRunner runner;
  private final HeadSession head;

  /**
   * @param runner of the model
   */
  public PromptJudge(Model model, BlockRunner runner) throws IOException {
    this.model = model;
    this.runner = runner;
    this.head = HeadSession.open(model);
  }

  /** Prompts that read the same tokens, by number. */
  private record Reading(int[] input, List<Integer> prompts) {}

  /**
   * @return a score per prompt, in order
   * @throws InputException if a score is not finite
   */
  public List<PromptScore> score(List<PromptTokens> prompts) throws IOException {
    Map<IntBuffer, Reading> readings = new LinkedHashMap<>();
    for (int i = 0; i < prompts.size(); i++) {
      int[] input = prompts.get(i).input();
      readings
          .computeIfAbsent(IntBuffer.wrap(input), same -> new Reading(input, new ArrayList<>()))
          .prompts()
          .add(i);
    }
    SortedMap<Integer, List<Reading>> byLength = new TreeMap<>();
    for (Reading reading : readings.values()) {
      int length = (reading.input().length + LENGTH_STEP - 1) / LENGTH_STEP * LENGTH_STEP;
      int possible = Math.min(length, model.config().maxPositions());
      byLength.computeIfAbsent(possible, none -> new ArrayList<>()).add(reading);
    }
    PromptScore[] scores = new PromptScore[prompts.size()];
    for (Map.Entry<Integer, List<Reading>> together : byLength.entrySet()) {
      score(together.getKey(), together.getValue(), prompts, scores);
    }
    return List.of(scores);
  }

  private void score(
      int length, List<Reading> readings, List<PromptTokens> prompts, PromptScore[] scores)
      throws IOException {
    int[][] inputs =
        readings.stream().map(reading -> filled(reading.input(), length)).toArray(int[][]::new);
    float[] hidden = runner.run(inputs);
    int width = model.config().hidden();
    int scored =
        readings.stream()
            .flatMap(reading -> reading.prompts().stream())
            .mapToInt(prompt -> prompts.get(prompt).continuation())
            .sum();
    float[] rows = new float[scored * width];
    int[] next = new int[scored];
    int at = 0;
    for (int r = 0; r < readings.size(); r++) {
      for (int prompt : readings.get(r).prompts()) {
        int[] tokens = prompts.get(prompt).tokens();
        for (int t = tokens.length - prompts.get(prompt).continuation(); t < tokens.length; t++) {
          System.arraycopy(hidden, (r * length + t - 1) * width, rows, at * width, width);
          next[at++] = tokens[t];
        }
      }
    }
    HeadSession.Scores found = head.score(rows, next);
    at = 0;
    for (Reading reading : readings) {
      for (int prompt : reading.prompts()) {
        int end = at + prompts.get(prompt).continuation();
        scores[prompt] = score(found, next, at, end);
        at = end;
      }
    }
  }

  private PromptScore score(HeadSession.Scores found, int[] next, int from, int to) {
    double sum = 0;
    boolean greedy = true;
    for (int i = from; i < to; i++) {
      sum -= found.loss()[i];
      greedy &= found.top()[i] == next[i];
    }
    if (!Double.isFinite(sum)) {
      throw new InputException(
          Words.format("%s: a log-likelihood is %s. Look for NaN, infinity or huge values in the final norm and the", model.location(), sum)
              + " output head.");
    }
    return new PromptScore(sum, greedy);
  }

  private static int[] filled(int[] input, int length) {
    int[] filled = Arrays.copyOf(input, length);
    Arrays.fill(filled, input.length, length, input[input.length - 1]);
    return filled;
  }

  @Override
  public void close() {
    head.close();
  }
}
