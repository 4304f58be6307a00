package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Against transformers 5.23.0, fp32, by architecture_goldens.py. */
class ArchitectureExactnessTest {
  private static final double GATE = 1e-5;
  private static final double CHAIN_GATE = 1e-4;

  static List<GoldenModel> families() {
    return GoldenModel.all();
  }

  @ParameterizedTest
  @MethodSource("families")
  void blocksStatisticsAndLogitsEqualThoseOfTransformers(GoldenModel family) throws IOException {
    try (Model model = family.open();
        Checkpoint golden = family.golden()) {
      Parity parity = Parity.of(model, golden);
      assertThat(parity.block()).as("one block").isLessThan(GATE);
      assertThat(parity.blockSums()).as("sums of one block").isLessThan(GATE);
      assertThat(parity.chain()).as("chain").isLessThan(CHAIN_GATE);
      assertThat(parity.chainSums()).as("sums along the chain").isLessThan(CHAIN_GATE);
      assertThat(parity.logits()).as("logits").isLessThan(CHAIN_GATE);
    }
  }

  @ParameterizedTest
  @MethodSource("families")
  void embeddingEqualsThatOfTransformers(GoldenModel family) throws IOException {
    try (Model model = family.open();
        Checkpoint golden = family.golden()) {
      assertThat(Embedding.of(model).lookUp(Llama.ids(golden)))
          .isEqualTo(golden.floats("hidden.0"));
    }
  }

  /** Each control is a change of config.json that must show in the output of a block. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama-linear | 0 | \"factor\": 2.0 | \"factor\": 3.0",
        "llama-linear | 0 | \"linear\" | \"yarn\"",
        "llama-llama3 | 0 | \"rope_theta\": 500.0 | \"rope_theta\": 400.0",
        "llama-llama3 | 0 | \"low_freq_factor\": 1.0 | \"low_freq_factor\": 2.0",
        "llama-llama3 | 0 | \"factor\": 8.0 | \"factor\": 4.0",
        "llama-yarn | 0 | \"factor\": 4.0 | \"factor\": 3.0",
        "llama-yarn | 0 | \"beta_fast\": 1.0 | \"beta_fast\": 0.5",
        "llama-yarn | 0 | \"beta_slow\": 0.1 | \"beta_slow\": 0.2",
        "llama-yarn | 0 | \"factor\": 4.0 | \"factor\": 4.0, \"attention_factor\": 1.0",
        "mistral | 0 | \"sliding_window\": 10 | \"sliding_window\": null",
        "mistral | 0 | \"sliding_window\": 10 | \"sliding_window\": 11",
        "mistral | 1 | \"rope_theta\": 500.0 | \"rope_theta\": 400.0",
        "qwen2 | 1 | \"sliding_attention\" | \"full_attention\"",
        "qwen2 | 1 | \"sliding_window\": 10 | \"sliding_window\": 9",
        "qwen3 | 0 | \"rope_theta\": 500.0 | \"rope_theta\": 400.0",
        "qwen3 | 0 | \"rms_norm_eps\": 1e-05 | \"rms_norm_eps\": 1e-02",
        "gemma2 | 0 | \"attn_logit_softcapping\": 3.0 | \"attn_logit_softcapping\": null",
        "gemma2 | 1 | \"attn_logit_softcapping\": 3.0 | \"attn_logit_softcapping\": 4.0",
        "gemma2 | 1 | \"query_pre_attn_scalar\": 40 | \"query_pre_attn_scalar\": 24",
        "gemma2 | 0 | \"sliding_window\": 10 | \"sliding_window\": 11",
        "gemma3_text | 0 | \"rope_theta\": 50.0 | \"rope_theta\": 5000.0",
        "gemma3_text | 1 | \"rope_theta\": 5000.0 | \"rope_theta\": 50.0",
        "gemma3_text | 1 | \"factor\": 8.0 | \"factor\": 4.0",
        "gemma3_text | 0 | \"sliding_window\": 10 | \"sliding_window\": 9",
        "gemma3_text | 0 | \"query_pre_attn_scalar\": 20 | \"query_pre_attn_scalar\": 32",
        "phi3 | 0 | 4.0, | 4.5,",
        "phi3 | 0 | \"sliding_window\": 10 | \"sliding_window\": null",
        "phi3 | 0 | \"original_max_position_embeddings\": 16 | \"original_max_position_embeddings\": 48"
      })
  void wrongConfigBreaksTheGate(String family, int block, String from, String to)
      throws IOException {
    GoldenModel changed = new GoldenModel(family);
    try (Model model = changed.open(from, to);
        Checkpoint golden = changed.golden()) {
      assertThat(Parity.OneBlock.run(model, golden, block).error()).isGreaterThan(100 * GATE);
    }
  }

  /** Each control changes all tensors of a kind: {@code stored x factor + term}. */
  @ParameterizedTest
  @CsvSource({
    "llama-yarn, self_attn.q_proj.bias, 0, 0",
    "llama-yarn, self_attn.v_proj.bias, 0, 0",
    "llama-yarn, self_attn.o_proj.bias, 0, 0",
    "llama-yarn, mlp.gate_proj.bias, 0, 0",
    "llama-yarn, mlp.up_proj.bias, 0, 0",
    "llama-yarn, mlp.down_proj.bias, 0, 0",
    "mistral, self_attn.q_proj.weight, 1.1, 0",
    "mistral, self_attn.o_proj.weight, 0, 0",
    "qwen2, self_attn.q_proj.bias, 0, 0",
    "qwen2, self_attn.v_proj.bias, 0, 0",
    "qwen3, self_attn.q_norm.weight, 1.1, 0",
    "qwen3, self_attn.k_norm.weight, 0, 1",
    "gemma2, input_layernorm.weight, 1, -1",
    "gemma2, post_attention_layernorm.weight, 1, -1",
    "gemma2, pre_feedforward_layernorm.weight, 1, -1",
    "gemma2, post_feedforward_layernorm.weight, 1, -1",
    "gemma3_text, self_attn.q_norm.weight, 1, -1",
    "gemma3_text, self_attn.k_norm.weight, 0, 0",
    "phi3, self_attn.qkv_proj.weight, 1.1, 0"
  })
  void wrongWeightsBreakTheGate(String family, String tensor, float factor, float term)
      throws IOException {
    GoldenModel changed = new GoldenModel(family);
    try (Model model =
            changed.open(
                (name, values) -> {
                  for (int i = 0; name.endsWith(tensor) && i < values.length; i++) {
                    values[i] = values[i] * factor + term;
                  }
                });
        Checkpoint golden = changed.golden()) {
      assertThat(Parity.OneBlock.run(model, golden, 1).error()).isGreaterThan(100 * GATE);
    }
  }

  @Test
  void wrongCapOfLogitsBreaksTheirGate() throws IOException {
    GoldenModel gemma = new GoldenModel("gemma2");
    try (Model model =
            gemma.open("\"final_logit_softcapping\": 2.0", "\"final_logit_softcapping\": null");
        Checkpoint golden = gemma.golden()) {
      assertThat(Parity.logits(model, golden, golden.floats("hidden.2")))
          .isGreaterThan(100 * CHAIN_GATE);
    }
  }

  @Test
  void textTowerOfAModelThatSeesIsThePlainDecoder() throws IOException {
    GoldenModel wrapper = new GoldenModel("gemma3");
    try (Model model = wrapper.open();
        Checkpoint golden = wrapper.golden();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      float[] hidden = runner.run(Llama.ids(golden));
      assertThat(Llama.relativeRms(hidden, golden.floats("hidden.2"))).isLessThan(CHAIN_GATE);
      assertThat(Parity.logits(model, golden, hidden)).isLessThan(CHAIN_GATE);
    }
  }

  @Test
  void shortSequenceAfterALongOneTurnsByItsOwnAngles() throws IOException {
    GoldenModel phi = new GoldenModel("phi3");
    try (Model model = phi.open();
        Checkpoint golden = phi.golden();
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident())) {
      int[][] ids = Llama.ids(golden);
      runner.run(ids);
      int[][] shorter = Arrays.stream(ids).map(row -> Arrays.copyOf(row, 12)).toArray(int[][]::new);
      assertThat(Llama.relativeRms(runner.run(shorter), golden.floats("short")))
          .isLessThan(CHAIN_GATE);
    }
  }
}
