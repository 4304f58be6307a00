package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.model.Model;
import dev.foresight.tensor.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which tensors are embedding and head where config.json and the checkpoint say different things:
 * what transformers 5.23 takes, by the numbers of head_golden.py.
 */
class HeadChoiceTest {
  private static final int[] IDS = {11, 17, 30, 42, 8, 9};
  private static final Map<String, String> MISSING_HERE =
      Map.of(
          "model.language_model.embed_tokens.weight", "language_model.model.embed_tokens.weight");

  static Stream<String> cases() throws IOException {
    List<String> names = new ArrayList<>();
    golden("heads.json").fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tensorsDecideAsInTransformers(String name) throws IOException {
    MemoryFolder folder = HeadCase.parse(name).folder();
    JsonNode wanted = golden("heads.json").get(name);
    if (wanted.has("missing")) { // transformers starts from random weights
      String missing = wanted.get("missing").get(0).asText();
      String here = MISSING_HERE.getOrDefault(missing, missing);
      assertThatThrownBy(() -> Model.open(folder))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("but no ")
          .hasMessageContaining(here)
          .hasMessageContaining("set the flag to true if they are");
      return;
    }
    try (Model model = Model.open(folder);
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      float[] hidden = runner.run(new int[][] {IDS});
      float[] logits = LikelyToken.logits(model, hidden);
      int last = logits.length - model.config().vocabulary();
      for (int i = 0; i < wanted.get("logits").size(); i++) {
        assertThat((double) logits[last + i])
            .isCloseTo(wanted.get("logits").get(i).asDouble(), within(2e-4));
      }
    }
  }

  @Test
  void headThatIsStoredBesideATyingConfigIsNoted() throws IOException {
    try (Model model = HeadCase.parse("llama true absent differ stored").open()) {
      assertThat(model.untied()).isTrue();
      assertThat(model.architecture().headTensor(model.config())).isEqualTo("lm_head.weight");
      assertThat(model.notes())
          .containsExactly(
              "config.json ties the output head to the embedding, but lm_head.weight is stored:"
                  + " it is the head, as for transformers.");
    }
    try (Model model = HeadCase.parse("llama false absent differ stored").open()) {
      assertThat(model.untied()).isFalse();
      assertThat(model.notes()).isEmpty();
    }
  }

  private static JsonNode golden(String file) throws IOException {
    return StrictJson.object(file, new GoldenModel("").folder().text(file));
  }
}
