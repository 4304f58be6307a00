package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.ChangedCheckpoint;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.LikelyToken;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tokens one by one against {@link BlockRunner}, which runs whole sequences by other operators. The
 * windows of the golden models are 10 tokens, and the angles of Phi-3 change behind 16.
 */
class DecoderTest {
  private static final double GATE = 1e-4;
  private static final int ROOM = 26;
  private static final int[] TEXT = IntStream.range(0, ROOM).map(i -> 3 + i * 37 % 91).toArray();

  static List<GoldenModel> families() {
    return GoldenModel.all();
  }

  private static int[] first(int tokens) {
    return Arrays.copyOf(TEXT, tokens);
  }

  private static double[] logSoftmax(float... logits) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    double all = Math.log(sum);
    return IntStream.range(0, logits.length).mapToDouble(i -> logits[i] - all).toArray();
  }

  /** Logarithms of the probabilities behind the last of tokens that run at once, by token. */
  private static double[] wanted(Model model, BlockRunner runner, int... tokens)
      throws IOException {
    float[] hidden = runner.run(new int[][] {tokens});
    float[] last = Arrays.copyOfRange(hidden, hidden.length - 64, hidden.length);
    double[] logs = new double[model.config().vocabulary()];
    for (LikelyToken each : LikelyToken.after(model, last, logs.length)) {
      logs[each.id()] = Math.log(each.probability());
    }
    return logs;
  }

  private static double error(double[] found, double[] wanted) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < wanted.length; i++) {
      difference += Math.pow(found[i] - wanted[i], 2);
      size += Math.pow(wanted[i], 2);
    }
    return Math.sqrt(difference / size);
  }

  @ParameterizedTest
  @MethodSource("families")
  void tokenBehindAPromptGivesTheLogitsOfTheWholeSequence(GoldenModel family) throws IOException {
    try (Model model = family.open();
        BlockCache cache = BlockCache.temporary();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache);
        Decoder decoder = new Decoder(cached, 2, ROOM)) {
      double[] behind = logSoftmax(decoder.prompt(0, first(20)));
      assertThat(error(behind, wanted(model, runner, first(20)))).isLessThan(GATE);
      for (int place = 20; place < 23; place++) {
        double[] found = logSoftmax(decoder.step(new int[] {TEXT[place]}, new int[] {place})[0]);
        assertThat(error(found, wanted(model, runner, first(place + 1)))).isLessThan(GATE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void placesOfUnequalLengthRunBesideEachOther(GoldenModel family) throws IOException {
    try (Model model = family.open();
        BlockCache cache = BlockCache.temporary();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache);
        Decoder decoder = new Decoder(cached, 3, ROOM)) {
      decoder.prompt(0, first(4));
      decoder.prompt(1, first(20));
      float[][] found = decoder.step(new int[] {TEXT[4], TEXT[20]}, new int[] {4, 20});
      assertThat(error(logSoftmax(found[0]), wanted(model, runner, first(5)))).isLessThan(GATE);
      assertThat(error(logSoftmax(found[1]), wanted(model, runner, first(21)))).isLessThan(GATE);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void copyOfASequenceGoesOnAsTheOriginalDoes(GoldenModel family) throws IOException {
    try (Model model = family.open();
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache);
        Decoder decoder = new Decoder(cached, 3, ROOM)) {
      decoder.prompt(1, 90, 91, 92); // what was there before does not count
      decoder.prompt(0, first(12));
      decoder.copy(0, 1, 12);
      float[][] same = decoder.step(new int[] {30, 30}, new int[] {12, 12});
      assertThat(error(logSoftmax(same[1]), logSoftmax(same[0]))).isLessThan(1e-6);
      float[][] other = decoder.step(new int[] {31, 70}, new int[] {13, 13});
      assertThat(error(logSoftmax(other[1]), logSoftmax(other[0]))).isGreaterThan(GATE);
    }
  }

  @Test
  void promptRunsOverWhatStoodInItsPlace() throws IOException {
    try (Model model = new GoldenModel("gemma2").open();
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache);
        Decoder used = new Decoder(cached, 1, ROOM);
        Decoder fresh = new Decoder(cached, 1, ROOM)) {
      used.prompt(0, TEXT);
      assertThat(used.prompt(0, first(7))).isEqualTo(fresh.prompt(0, first(7)));
      assertThat(used.step(new int[] {9}, new int[] {7}))
          .isDeepEqualTo(fresh.step(new int[] {9}, new int[] {7}));
    }
  }

  @Test
  void eightBitLinearsAreNearTheWeightsThatTheyRound() throws IOException {
    Path tiny = Path.of("../datasets/models/foresight-tiny");
    try (Model model = Model.open(new LocalModelFolder(tiny));
        BlockCache cache = BlockCache.temporary();
        CachedModel exact = new CachedModel(model, Precision.FP32, 1, cache);
        CachedModel rounded = new CachedModel(model, Precision.INT8, 1, cache);
        Decoder one = new Decoder(exact, 1, ROOM);
        Decoder other = new Decoder(rounded, 1, ROOM)) {
      assertThat(error(logSoftmax(other.prompt(0, TEXT)), logSoftmax(one.prompt(0, TEXT))))
          .isBetween(1e-5, 0.03);
    }
  }

  /** Rows of the head are 1000 throughout, and the norm before it makes 10³⁶ of 1. */
  @Test
  void logitsThatOverflowAreRefused() throws IOException {
    ChangedCheckpoint.Change huge =
        new ChangedCheckpoint.Change() {
          @Override
          public void apply(String name, float[] values) {
            for (int i = 0; name.equals("model.norm.weight") && i < values.length; i++) {
              values[i] *= 1e36f;
            }
          }

          @Override
          public ByteBuffer bytes(String name, ByteBuffer stored) {
            if (!name.equals("lm_head.weight")) {
              return stored;
            }
            ByteBuffer rows =
                ByteBuffer.allocate(stored.remaining()).order(ByteOrder.LITTLE_ENDIAN);
            while (rows.hasRemaining()) {
              rows.putShort((short) 0x63D0); // 1000 in fp16
            }
            return rows.flip();
          }
        };
    try (Model model = new GoldenModel("llama").open(huge);
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache);
        Decoder decoder = new Decoder(cached, 1, ROOM)) {
      assertThatThrownBy(() -> decoder.prompt(0, first(3)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("gives token 0 the logit ")
          .hasMessageContaining("look for huge values in its weights with 'foresight run'");
    }
  }
}
