package dev.foresight.spark.regenerate;

import dev.foresight.model.Model;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.HeadSession;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.Arrays;

/** How little a model expects a text. */
final class Surprise implements AutoCloseable {
  private final BlockRunner runner;
  private final HeadSession head;
  private final Tokenizer tokenizer;
  private final int most;

  /**
   * @param most tokens of a text that count
   */
  Surprise(Model model, BlockRunner runner, Tokenizer tokenizer, int most) throws IOException {
    this.runner = runner;
    this.head = HeadSession.open(model);
    this.tokenizer = tokenizer;
    this.most = Math.min(most, model.config().maxPositions());
  }

  /** Mean negative log-likelihood a token, natural logarithm; NaN of fewer than two tokens. */
  double of(String text) throws IOException {
    int[] all = tokenizer.prompt(text);
    int[] tokens = Arrays.copyOf(all, Math.min(all.length, most));
    if (tokens.length < 2) {
      return Double.NaN;
    }
    float[] hidden = runner.run(new int[][] {tokens});
    int width = hidden.length / tokens.length;
    float[] before = Arrays.copyOf(hidden, hidden.length - width);
    float[] losses = head.score(before, Arrays.copyOfRange(tokens, 1, tokens.length)).loss();
    double sum = 0;
    for (float loss : losses) {
      sum += loss;
    }
    return sum / losses.length;
  }

  @Override
  public void close() {
    head.close();
  }
}
