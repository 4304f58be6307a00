package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.ChannelSums;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BlockRunnerTest {
  private static final RunnerSettings MEASURING =
      RunnerSettings.resident().measuring(Statistics.all());

  @Test
  void fewBlocksInMemoryGiveTheSameBitsAsAllOfThem() throws IOException {
    int[][] slice = slice(5, 33);
    RowSelection rows = new RowSelection(new int[] {0, 7, 34, 164});
    Observed resident = new Observed();
    Observed streaming = new Observed();
    try (Model model = Llama.open();
        BlockRunner all = new BlockRunner(model, MEASURING);
        BlockRunner few =
            new BlockRunner(model, RunnerSettings.streaming(1).measuring(Statistics.all()))) {
      float[] wanted = all.run(slice, rows, resident);
      assertThat(few.run(slice, rows, streaming)).isEqualTo(wanted);
      assertThat(few.run(slice, rows, new Observed())).isEqualTo(wanted);
    }
    for (int block = 0; block < 3; block++) {
      assertThat(streaming.only(block)).usingRecursiveComparison().isEqualTo(resident.only(block));
    }
  }

  @Test
  void measuringChangesNoBitOfTheHiddenStates() throws IOException {
    int[][] slice = slice(2, 20);
    try (Model model = Llama.open();
        BlockRunner plain = new BlockRunner(model, RunnerSettings.resident());
        BlockRunner measuring = new BlockRunner(model, MEASURING)) {
      assertThat(measuring.run(slice)).isEqualTo(plain.run(slice));
    }
  }

  @Test
  void threadsThatShareFewBlocksGetTheSameBits()
      throws IOException, ExecutionException, InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Model model = Llama.open();
        BlockRunner all = new BlockRunner(model, RunnerSettings.resident());
        BlockRunner few = new BlockRunner(model, RunnerSettings.streaming(2))) {
      List<Future<float[]>> found = new ArrayList<>();
      for (int sequences = 1; sequences <= 12; sequences++) {
        int[][] slice = slice(sequences, 16);
        found.add(threads.submit(() -> few.run(slice)));
      }
      for (int sequences = 1; sequences <= 12; sequences++) {
        assertThat(found.get(sequences - 1).get()).isEqualTo(all.run(slice(sequences, 16)));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void batchesHoldAsManySequencesAsTheTokensAllow() throws IOException {
    Observed observed = new Observed();
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, MEASURING.withBatchTokens(45))) {
      runner.run(slice(5, 20), RowSelection.none(), observed);
    }
    assertThat(observed.calls.stream().map(call -> call.block() + ":" + call.firstSequence()))
        .containsExactly("0:0", "0:2", "0:4", "1:0", "1:2", "1:4", "2:0", "2:2", "2:4");
    assertThat(observed.calls.get(2).sums(Role.MLP_INPUT).rest().tokens()).isEqualTo(19);
  }

  @Test
  void rowsAreTheInputsOfTheSelectedTokensWhateverTheBatch() throws IOException {
    int[][] slice = slice(3, 10);
    int[] every = new int[30];
    Arrays.setAll(every, i -> i);
    Observed whole = new Observed();
    Observed some = new Observed();
    try (Model model = Llama.open();
        BlockRunner oneBatch = new BlockRunner(model, MEASURING);
        BlockRunner batchEach = new BlockRunner(model, MEASURING.withBatchTokens(10))) {
      oneBatch.run(slice, new RowSelection(every), whole);
      batchEach.run(slice, new RowSelection(new int[] {2, 9, 20, 29}), some);
    }
    float[] all = whole.only(0).rows(Role.ATTENTION_INPUT);
    assertThat(rows(some, 0)).containsExactly(concat(row(all, 2), row(all, 9)));
    assertThat(rows(some, 1)).isEmpty();
    assertThat(rows(some, 2)).containsExactly(concat(row(all, 20), row(all, 29)));
  }

  @Test
  void sumsOfAStratumAreTheSumsOfItsRows() throws IOException {
    int[] every = new int[30];
    Arrays.setAll(every, i -> i);
    Observed observed = new Observed();
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, MEASURING)) {
      runner.run(slice(3, 10), new RowSelection(every), observed);
    }
    ChannelSums found = observed.only(1).sums(Role.MLP_INPUT).rest();
    float[] rows = observed.only(1).rows(Role.MLP_INPUT);
    int channels = found.channels();
    double sum = 0;
    double max = 0;
    for (int token = 0; token < 30; token++) {
      if (token % 10 > 0) {
        sum += rows[token * channels + 5];
        max = Math.max(max, Math.abs(rows[token * channels + 5]));
      }
    }
    assertThat(found.sum()[5]).isCloseTo(sum, within(1e-5));
    assertThat((double) found.maxAbs()[5]).isEqualTo(max);
  }

  @Test
  void sequencesOfOneTokenHaveNoRest() throws IOException {
    Observed observed = new Observed();
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, MEASURING)) {
      runner.run(slice(2, 1), RowSelection.none(), observed);
    }
    ChannelSums rest = observed.only(2).sums(Role.MLP_OUTPUT).rest();
    assertThat(rest.tokens()).isZero();
    assertThat(rest.sumAbs()).containsOnly(0);
    assertThat(rest.maxAbs()).containsOnly(0);
  }

  @Test
  void idOutsideTheVocabularyIsRefusedByPlace() throws IOException {
    int[][] slice = slice(2, 4);
    slice[1][3] = 256;
    assertThatThrownBy(() -> runOnce(slice))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("Token id 256 at position 3 of sequence 1")
        .hasMessageContaining("vocabulary of 256");
  }

  @Test
  void sequenceBeyondTheModelsPositionsIsRefused() {
    assertThatThrownBy(() -> runOnce(slice(1, 129)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("129 tokens")
        .hasMessageContaining("128 positions");
  }

  @Test
  void unevenOrEmptySlicesAreRefused() {
    assertThatThrownBy(() -> runOnce(new int[][] {{1, 2}, {3}}))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("same length");
    assertThatThrownBy(() -> runOnce(new int[0][]))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no tokens");
  }

  @Test
  void weightThatIsNotANumberIsReportedByName() throws IOException {
    ChangedCheckpoint.Change change =
        (name, values) -> {
          if (name.equals("model.layers.1.mlp.up_proj.weight")) {
            values[5] = Float.NaN;
          }
        };
    try (Model model = Llama.open(change);
        BlockRunner runner = new BlockRunner(model, MEASURING)) {
      assertThatThrownBy(() -> runner.run(slice(2, 3)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("element 5 of model.layers.1.mlp.up_proj.weight is NaN");
    }
  }

  @Test
  void weightsThatOverflowAreReportedWithBlockAndRole() throws IOException {
    ChangedCheckpoint.Change change =
        (name, values) -> {
          if (name.equals("model.layers.1.mlp.up_proj.weight")) {
            Arrays.fill(values, 3e38f);
          }
        };
    try (Model model = Llama.open(change);
        BlockRunner runner = new BlockRunner(model, MEASURING);
        BlockRunner plain = new BlockRunner(model, RunnerSettings.resident())) {
      assertThatThrownBy(() -> runner.run(slice(2, 3)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("block 1: the mlp_output of sequence 0 is not finite");
      assertThatThrownBy(() -> plain.run(slice(2, 3)))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("block 1: the hidden states of sequence 0 are not finite");
    }
  }

  @Test
  void embeddingThatIsNotFiniteIsNamedWithItsRow() throws IOException {
    int[][] slice = {{1, 2, 3}, {4, 5, 6}, {7, 200, 8}, {9, 10, 11}};
    try (Model model = Llama.open(new InfiniteToken(200));
        BlockRunner runner = new BlockRunner(model, MEASURING)) {
      assertThatThrownBy(() -> runner.run(slice))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("model.embed_tokens.weight holds Infinity in row 200, channel 0");
    }
  }

  /** Makes one value of a token's embedding infinite. */
  private record InfiniteToken(int id) implements ChangedCheckpoint.Change {
    @Override
    public void apply(String name, float[] values) {}

    @Override
    public ByteBuffer bytes(String name, ByteBuffer stored) {
      ByteBuffer copy = ByteBuffer.allocate(stored.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      return copy.put(stored.duplicate()).flip().putShort(id * 64 * Short.BYTES, (short) 0x7c00);
    }
  }

  @Test
  void closedRunnerRefusesToRun() throws IOException {
    try (Model model = Llama.open()) {
      BlockRunner runner = new BlockRunner(model, RunnerSettings.resident());
      runner.close();
      assertThatThrownBy(() -> runner.run(slice(1, 4)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  private static void runOnce(int[][] slice) throws IOException {
    try (Model model = Llama.open();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      runner.run(slice);
    }
  }

  private static int[][] slice(int sequences, int length) {
    Random random = new Random(31L * sequences + length);
    int[][] ids = new int[sequences][length];
    for (int[] sequence : ids) {
      Arrays.setAll(sequence, i -> random.nextInt(256));
    }
    return ids;
  }

  private static float[] rows(Observed observed, int batch) {
    return observed.calls.get(batch).rows(Role.ATTENTION_INPUT);
  }

  private static float[] row(float[] all, int token) {
    return Arrays.copyOfRange(all, token * 64, (token + 1) * 64);
  }

  private static float[] concat(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
