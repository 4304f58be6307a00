package dev.foresight.spark.regenerate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.generate.CachedModel;
import dev.foresight.generate.Continuation;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Prompt;
import dev.foresight.generate.Sampling;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.LikelyToken;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How little the demo model, of 128 channels, expects texts. */
class SurpriseTest {
  private static final String TEXT = "The quick brown fox jumps over the lazy dog.";
  private static final Path TINY = Path.of("../datasets/models/foresight-tiny");
  private static final double NEAR = 1e-4;
  private static Model model;
  private static Tokenizer tokenizer;
  private static BlockRunner runner;

  @BeforeAll
  static void open() throws IOException {
    LocalModelFolder tiny = new LocalModelFolder(TINY);
    model = Model.open(tiny);
    tokenizer = Tokenizer.open(tiny);
    runner = new BlockRunner(model, RunnerSettings.resident());
  }

  @AfterAll
  static void close() throws IOException {
    runner.close();
    tokenizer.close();
    model.close();
  }

  private static double surprise(String text, int most) throws IOException {
    try (Surprise surprise = new Surprise(model, runner, tokenizer, most)) {
      return surprise.of(text);
    }
  }

  /** Mean of -log p of each token but the first, each looked up among all that may come. */
  private static double byHand(int... tokens) throws IOException {
    double sum = 0;
    for (int length = 1; length < tokens.length; length++) {
      float[] hidden = runner.run(new int[][] {Arrays.copyOf(tokens, length)});
      float[] last = Arrays.copyOfRange(hidden, hidden.length - 128, hidden.length);
      int next = tokens[length];
      sum -=
          LikelyToken.after(model, last, model.config().vocabulary()).stream()
              .filter(token -> token.id() == next)
              .mapToDouble(token -> Math.log(token.probability()))
              .sum();
    }
    return sum / (tokens.length - 1);
  }

  @Test
  void surpriseIsTheMeanNegativeLogarithmOfTheProbabilities() throws IOException {
    assertThat(surprise(TEXT, 100)).isCloseTo(byHand(tokenizer.encode(TEXT)), within(NEAR));
  }

  @Test
  void onlyTheFirstTokensCount() throws IOException {
    int[] first = Arrays.copyOf(tokenizer.encode(TEXT), 5);
    assertThat(surprise(TEXT, 5)).isCloseTo(byHand(first), within(NEAR));
  }

  @Test
  void noMoreTokensCountThanTheModelHasPositions() throws IOException {
    LocalModelFolder tiny = new LocalModelFolder(TINY);
    String json = tiny.text("config.json").replace("embeddings\": 2048", "embeddings\": 6");
    ModelConfig config = ModelConfig.parse(json, "a test");
    try (Model six = Model.of(config, Checkpoints.open(tiny), tiny.location());
        Surprise surprise = new Surprise(six, runner, tokenizer, 100)) {
      assertThat(surprise.of(TEXT)).isEqualTo(surprise(TEXT, 6)).isNotEqualTo(surprise(TEXT, 100));
    }
  }

  @Test
  void textOfFewerThanTwoTokensHasNone() throws IOException {
    assertThat(surprise("", 100)).isNaN();
    assertThat(surprise("a", 100)).isNaN();
    assertThat(surprise(TEXT, 1)).isNaN();
  }

  /** The prompt is one token, so that all that is surprising has been written. */
  @Test
  void generatorReportsTheSameProbabilitiesOfItsOwnText() throws IOException {
    int[] begin = tokenizer.encode("a");
    try (BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      Generator.Settings greedy = new Generator.Settings(Sampling.GREEDY, 0, 1, 12, Set.of(), 1);
      Continuation written =
          new Generator(cached, greedy).generate(List.of(new Prompt("p", begin))).get(0).get(0);
      int[] all = Arrays.copyOf(begin, 13);
      System.arraycopy(written.tokens(), 0, all, 1, 12);
      String text = tokenizer.decode(all);
      assertThat(tokenizer.encode(text)).as("the same tokens again").isEqualTo(all);
      assertThat(surprise(text, 100)).isCloseTo(-written.meanLogProbability(), within(NEAR));
    }
  }

  @Test
  void shuffledWordsSurpriseMoreThanASentence() throws IOException {
    assertThat(surprise("dog lazy the over jumps fox brown quick The.", 100))
        .isGreaterThan(surprise(TEXT, 100));
  }
}
