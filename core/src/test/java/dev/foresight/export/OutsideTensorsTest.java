package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.hostile.MemoryFolder;
import dev.foresight.model.Model;
import dev.foresight.onnx.HeadCase;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.StrictJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written of embedding, head and all that no block holds. */
class OutsideTensorsTest {
  private static final List<String> LLAMA =
      List.of("lm_head.weight", "model.embed_tokens.weight", "model.norm.weight");

  @Test
  void headOfItsOwnIsWrittenAndTheFlagTakenBack() throws IOException {
    try (Model model = HeadCase.parse("llama true absent differ stored").open()) {
      OutsideTensors outside = OutsideTensors.of(model);
      assertThat(outside.names()).isEqualTo(LLAMA);
      assertThat(outside.ownHead()).isTrue();
      assertThat(outside.others()).isEmpty();
    }
  }

  @Test
  void copyOfTheEmbeddingIsWrittenOnce() throws IOException {
    try (Model model = HeadCase.parse("llama true absent equal stored").open()) {
      OutsideTensors outside = OutsideTensors.of(model);
      assertThat(outside.names()).isEqualTo(LLAMA.subList(1, 3));
      assertThat(outside.ownHead()).isFalse();
    }
  }

  @Test
  void copyThatTheConfigDoesNotTieStaysTwo() throws IOException {
    try (Model model = HeadCase.parse("llama false absent equal stored").open()) {
      OutsideTensors outside = OutsideTensors.of(model);
      assertThat(outside.names()).isEqualTo(LLAMA);
      assertThat(outside.ownHead()).isFalse();
    }
  }

  @Test
  void headThatStandsForBothIsWrittenAsTheEmbedding() throws IOException {
    try (Model model = HeadCase.parse("llama true absent head stored").open()) {
      assertThat(OutsideTensors.of(model).names()).isEqualTo(LLAMA.subList(1, 3));
    }
  }

  @Test
  void whatTheDecoderDoesNotReadIsNamed() throws IOException {
    try (Model model = HeadCase.parse("gemma3 true true embedding stored").open()) {
      OutsideTensors outside = OutsideTensors.of(model);
      assertThat(outside.others())
          .contains("multi_modal_projector.mm_input_projection_weight")
          .doesNotContain("language_model.model.norm.weight")
          .noneMatch(name -> name.contains("language_model.model.layers"));
      assertThat(outside.names()).containsAll(outside.others());
    }
  }

  static Stream<Container> containers() {
    return Containers.all().stream();
  }

  /** Some readers heed the flag of the file, some that of its part: both must tell the truth. */
  @ParameterizedTest
  @MethodSource("containers")
  void everyContainerHoldsTheHeadThatWasUsedAndSaysSo(Container container) throws IOException {
    for (String name :
        List.of("llama true absent differ bare", "gemma3 absent true differ since_5")) {
      try (Model model = HeadCase.parse(name).open()) {
        OutsideTensors outside = OutsideTensors.of(model);
        ObjectNode config = StrictJson.object("config", model.config().json());
        WrittenConfig.untie(config);
        Grid grid = container.grid(4, 0, container.symmetricByDefault(), DType.F16);
        ObjectNode written =
            StrictJson.object(
                "written",
                WrittenConfig.text("m", config, container, grid, KeptInFloat.of(model, List.of())));
        assertThat(written.get("tie_word_embeddings").booleanValue()).isFalse();
        assertThat(written.at("/text_config/tie_word_embeddings").booleanValue()).isFalse();
        try (Checkpoint file = write(model, outside, container)) {
          float[] head = model.checkpoint().floats("lm_head.weight");
          DType type =
              container.floatType().orElse(model.checkpoint().info("lm_head.weight").dtype());
          for (int i = 0; i < head.length; i++) {
            head[i] = type.round(head[i]);
          }
          assertThat(file.floats("lm_head.weight")).isEqualTo(head);
          assertThat(file.contains(model.architecture().embedding())).isTrue();
          assertThat(file.contains(model.architecture().finalNorm().weight())).isTrue();
        }
      }
    }
  }

  private static Checkpoint write(Model model, OutsideTensors outside, Container container)
      throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    List<NamedTensor> tensors =
        outside.names().stream()
            .map(name -> WeightFiles.inFloat(model.checkpoint(), name, container))
            .toList();
    SafetensorsWriter.write(tensors, file);
    return Checkpoints.open(MemoryFolder.of("model.safetensors", file.toByteArray()));
  }
}
