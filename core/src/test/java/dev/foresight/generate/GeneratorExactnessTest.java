package dev.foresight.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.GoldenModel;
import dev.foresight.onnx.graph.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Against transformers 5.24.0, fp32, by generation_golden.py: what it writes greedily behind two
 * prompts of each model, each on its own.
 */
class GeneratorExactnessTest {
  private static final double GATE = 1e-4;
  private static final JsonNode GOLDEN = golden();

  private static JsonNode golden() {
    try (InputStream in =
        GeneratorExactnessTest.class.getResourceAsStream("/generate/greedy.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static List<GoldenModel> families() {
    return GoldenModel.all();
  }

  static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asInt();
    }
    return values;
  }

  private static Generator.Settings greedy(int candidates, int batch) {
    return new Generator.Settings(Sampling.GREEDY, 0, candidates, 40, Set.of(), batch);
  }

  private static List<List<Continuation>> generate(
      GoldenModel family, Generator.Settings settings, int times) throws IOException {
    try (Model model = family.open();
        BlockCache cache = BlockCache.temporary();
        CachedModel cached = new CachedModel(model, Precision.FP32, 1, cache)) {
      List<Prompt> prompts = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        for (JsonNode each : GOLDEN.get(family.name())) {
          prompts.add(new Prompt("p" + prompts.size(), ints(each.get("prompt"))));
        }
      }
      return new Generator(cached, settings).generate(prompts);
    }
  }

  private static void assertGolden(GoldenModel family, int prompt, Continuation written) {
    JsonNode wanted = GOLDEN.get(family.name()).get(prompt);
    assertThat(written.tokens())
        .as(family + " prompt " + prompt)
        .isEqualTo(ints(wanted.get("tokens")));
    for (int i = 0; i < written.tokens().length; i++) {
      assertThat((double) written.logProbabilities()[i])
          .as("%s prompt %d token %d", family, prompt, i)
          .isCloseTo(wanted.get("log_probabilities").get(i).asDouble(), within(GATE));
    }
    assertThat(written.end()).isEqualTo(Continuation.End.LENGTH);
  }

  @ParameterizedTest
  @MethodSource("families")
  void promptsOfUnequalLengthThatRunTogetherGoOnAsInTransformersEachAlone(GoldenModel family)
      throws IOException {
    List<List<Continuation>> written = generate(family, greedy(1, 2), 1);
    assertGolden(family, 0, written.get(0).get(0));
    assertGolden(family, 1, written.get(1).get(0));
  }

  @ParameterizedTest
  @MethodSource("families")
  void continuationsThatShareAPromptAndPlacesThatAreUsedAgainGiveTheSame(GoldenModel family)
      throws IOException {
    List<List<Continuation>> written = generate(family, greedy(3, 4), 2);
    for (int prompt = 0; prompt < 4; prompt++) {
      assertThat(written.get(prompt)).hasSize(3);
      for (Continuation each : written.get(prompt)) {
        assertGolden(family, prompt % 2, each);
      }
    }
  }
}
