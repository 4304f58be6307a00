package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.SampledPlaces.Place;
import dev.foresight.sketch.SliceStates;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.TokenScalars;
import dev.foresight.sketch.Tokens;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against transformers 5.23.0, eager attention in fp32, by token_scalars_golden.py. */
class TokensExactnessTest {
  private static final String TINY = "foresight-tiny";
  private static final double CHAIN_GATE = 1e-4;
  private static final JsonNode GOLDEN = golden();

  private static JsonNode golden() {
    try (InputStream in = TokensExactnessTest.class.getResourceAsStream("/onnx/tokens.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static List<String> models() {
    return Stream.concat(GoldenModel.all().stream().map(GoldenModel::name), Stream.of(TINY))
        .toList();
  }

  private static Model open(String name) throws IOException {
    return name.equals(TINY)
        ? Model.open(new LocalModelFolder(Path.of("../datasets/models/" + TINY)))
        : new GoldenModel(name).open();
  }

  private static int[][] ids(String name) {
    return new ObjectMapper()
        .convertValue(GOLDEN.get("models").get(name).get("ids"), int[][].class);
  }

  /** Every stride-th token of each sequence. */
  private static List<Place> places(int[][] ids) {
    List<Place> places = new ArrayList<>();
    for (int sequence = 0; sequence < ids.length; sequence++) {
      for (int p = 0; p < ids[0].length; p += GOLDEN.get("stride").asInt()) {
        places.add(new Place(sequence, p, 0));
      }
    }
    return places;
  }

  private static List<List<TokenScalars>> measured(
      Model model, int[][] ids, RunnerSettings settings) throws IOException {
    List<Place> places = places(ids);
    int[] rows =
        places.stream().mapToInt(p -> (int) p.sequence() * ids[0].length + p.position()).toArray();
    SliceStates<List<TokenScalars>> states = new SliceStates<>(Tokens.TOKENS, "a", places);
    try (BlockRunner runner = new BlockRunner(model, settings)) {
      runner.run(ids, new RowSelection(rows), (block, found, first) -> states.add(block, found));
    }
    return states.blocks().stream().map(block -> block.get(Statistic.BLOCK)).toList();
  }

  private static RunnerSettings settings() {
    return RunnerSettings.resident().measuring(List.of(Tokens.TOKENS)).withBatchTokens(96);
  }

  private static double error(
      String name,
      int block,
      String what,
      List<TokenScalars> found,
      Function<TokenScalars, Float> of) {
    List<Float> wanted = new ArrayList<>();
    for (JsonNode sequence : GOLDEN.get("models").get(name).get("blocks").get(block).get(what)) {
      sequence.forEach(value -> wanted.add((float) value.asDouble()));
    }
    return Llama.relativeRms(floats(found.stream().map(of).toList()), floats(wanted));
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  @ParameterizedTest
  @MethodSource("models")
  void residualsAndAttentionReceivedAreThoseOfTransformers(String name) throws IOException {
    try (Model model = open(name)) {
      List<List<TokenScalars>> blocks = measured(model, ids(name), settings());
      boolean norms = model.architecture().norms().afterMlp().isPresent();
      for (int block = 0; block < blocks.size(); block++) {
        List<TokenScalars> found = blocks.get(block);
        assertThat(error(name, block, "residual", found, TokenScalars::residual))
            .isLessThan(CHAIN_GATE);
        String queries = isGrouped(model.config(), block) ? "attention_of_fourth" : "attention";
        assertThat(error(name, block, queries, found, TokenScalars::attention))
            .isLessThan(CHAIN_GATE);
        if (norms) {
          assertThat(error(name, block, "attention_output", found, TokenScalars::attentionOutput))
              .isLessThan(CHAIN_GATE);
          assertThat(error(name, block, "mlp_output", found, TokenScalars::mlpOutput))
              .isLessThan(CHAIN_GATE);
        } else {
          assertThat(found).allMatch(t -> t.attentionOutput() == 0 && t.mlpOutput() == 0);
        }
      }
    }
  }

  /** Whether the block's operator keeps its probabilities to itself. */
  private static boolean isGrouped(ModelConfig config, int block) {
    BlockAttention attention = config.attention().get(block);
    return config.headDimension() % 8 == 0
        && (attention.window().isPresent() || attention.cap().isPresent());
  }

  @ParameterizedTest
  @MethodSource("models")
  void measuringTokensChangesNoBitOfTheHiddenStates(String name) throws IOException {
    try (Model model = open(name);
        BlockRunner plain = new BlockRunner(model, RunnerSettings.resident());
        BlockRunner measuring = new BlockRunner(model, settings().withBatchTokens(512))) {
      assertThat(measuring.run(ids(name))).isEqualTo(plain.run(ids(name)));
    }
  }

  @Test
  void eightBitLinearsMeasureThemToo() throws IOException {
    try (Model model = open(TINY)) {
      List<List<TokenScalars>> blocks = measured(model, ids(TINY), settings().with(Precision.INT8));
      for (int block = 0; block < blocks.size(); block++) {
        List<TokenScalars> found = blocks.get(block);
        assertThat(error(TINY, block, "residual", found, TokenScalars::residual)).isLessThan(0.05);
        assertThat(error(TINY, block, "attention", found, TokenScalars::attention))
            .isLessThan(0.05);
      }
    }
  }

  /** Only one token is not zero throughout, in the middle of a batch, and its square overflows. */
  @Test
  void sequenceWhoseResidualsOverflowIsNamed() throws IOException {
    int[][] ids = {{5, 6, 7, 8}, {10, 11, 9, 12}, {13, 14, 15, 16}};
    try (Model model = Llama.open(new OneHugeToken(9));
        BlockRunner runner =
            new BlockRunner(model, RunnerSettings.resident().measuring(List.of(Tokens.TOKENS)))) {
      RowSelection ofToken = new RowSelection(new int[] {0, 6});
      assertThatThrownBy(() -> runner.run(ids, ofToken, (block, measured, first) -> {}))
          .isInstanceOfSatisfying(
              NotFiniteException.class, e -> assertThat(e.sequence()).isEqualTo(1))
          .hasMessageContaining("block 0");
    }
  }

  private record OneHugeToken(int id) implements ChangedCheckpoint.Change {
    @Override
    public void apply(String name, float[] values) {
      if (name.endsWith("mlp.down_proj.weight")) {
        for (int i = 0; i < values.length; i++) {
          values[i] *= 1e22f;
        }
      }
    }

    @Override
    public ByteBuffer bytes(String name, ByteBuffer stored) { // of the embedding, fp16
      int row = 64 * Short.BYTES;
      ByteBuffer zeros = ByteBuffer.allocate(stored.remaining()).order(ByteOrder.LITTLE_ENDIAN);
      return zeros.put(id * row, stored, id * row, row);
    }
  }
}
