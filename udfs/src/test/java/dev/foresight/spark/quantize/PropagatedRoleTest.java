package dev.foresight.spark.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.export.WeightDigest;
import dev.foresight.model.Role;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.sketch.SampledToken;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.io.UnfinishedOutput;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.PropagatedRole.Done;
import dev.foresight.spark.quantize.PropagatedRole.Earlier;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.MappedFile;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.SafetensorsFile;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Block 0 of {@link CalibratedLlama}, role by role. */
class PropagatedRoleTest {
  @TempDir private static Path out;
  private static BareExecutor executor;
  private static Propagation whole;

  /** All roles, each for what the text meets in front of it. */
  private static List<Done> done;

  @TempDir private Path folder;
  private Propagation run;

  @BeforeAll
  static void quantizeBlock() throws IOException {
    executor = new BareExecutor();
    whole = new Propagation(out.toString());
    done = new ArrayList<>();
    for (Role role : Role.values()) {
      whole.lead(0, role);
      done.add(quantize(whole, role, whole.parts(), done));
    }
  }

  @AfterAll
  static void end() {
    executor.close();
  }

  @BeforeEach
  void name() throws IOException {
    run = new Propagation(folder.toString());
  }

  private static Done quantize(
      Propagation run, Role role, List<PrefixPart> parts, List<Done> before) throws IOException {
    return new PropagatedRole(
            run.task(), parts, BareExecutor.broadcast(run.scores()), 2, CalibratedLlama.conf())
        .call(new Earlier(0, role, before));
  }

  /** Leaves the store's own rows in front of a role, as if nothing went wrong before it. */
  private void leaveStoredRows(Role role, List<PrefixPart> parts) throws IOException {
    Matrix stored =
        ChosenRows.of(run.selection(), 0, Optional.empty(), CalibratedLlama.CONF).get(role).rows();
    int columns = stored.columns();
    for (PrefixPart part : parts) {
      Matrix rows = Matrix.zeros(part.places().length, columns);
      for (int i = 0; i < part.places().length; i++) {
        System.arraycopy(
            stored.values(), part.places()[i] * columns, rows.values(), i * columns, columns);
      }
      run.files().write(PrefixFiles.rows(0, role, part.number()), rows);
    }
  }

  private static Map<String, Double> corrections(Done done) {
    Map<String, Double> corrections = new TreeMap<>();
    done.linears().forEach(linear -> corrections.put(linear.linear(), linear.correction()));
    return corrections;
  }

  @Test
  void eachRoleReportsItsOwnLinears() {
    assertThat(done.get(0).linears().stream().map(LinearReport::linear))
        .containsExactly("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj");
    assertThat(done.get(1).weights()).containsOnlyKeys("self_attn.o_proj");
    assertThat(done.get(2).weights()).containsOnlyKeys("mlp.gate_proj", "mlp.up_proj");
    assertThat(done.get(3).linears().stream().map(LinearReport::linear))
        .containsExactly("mlp.down_proj");
  }

  @Test
  void lastRoleGivesTheWholeBlockAndNoOtherDoes() throws IOException {
    assertThat(done.subList(0, 3)).allMatch(role -> role.block() == null);
    QuantizedBlock block = done.get(3).block();
    assertThat(block.linears()).hasSize(7);
    assertThat(block.weights()).hasSize(7);
    assertThat(block.seconds()).isEqualTo(done.stream().mapToDouble(Done::seconds).sum());
    assertThat(block.tensors().stream().map(TensorInfo::name))
        .allMatch(name -> name.startsWith("model.layers.0."))
        .doesNotHaveDuplicates()
        .hasSize(9) // 7 linears and 2 norms
        .contains("model.layers.0.input_layernorm.weight");
    assertThat(
            new UnfinishedOutput(out.toString())
                .recorded(0, QuantizedBlock.class, CalibratedLlama.CONF))
        .contains(block);
  }

  @Test
  void weightsThatTextIsLedThroughAreThoseOfTheFile() throws IOException {
    QuantizedBlock block = done.get(3).block();
    int compared = 0;
    try (Checkpoint written = SafetensorsFile.open(MappedFile.open(out.resolve(block.file())))) {
      for (Role role : Role.values()) {
        try (Checkpoint led = whole.files().open(PrefixFiles.weights(0, role))) {
          for (TensorInfo info : led.tensors()) {
            float[] values = led.floats(info.name());
            assertThat(written.floats(info.name())).as(info.name()).isEqualTo(values);
            String path = info.name().replaceAll("model.layers.0.|.weight", "");
            assertThat(block.weights().get(path)).isEqualTo(WeightDigest.of(values));
            compared++;
          }
        }
      }
    }
    assertThat(compared).isEqualTo(7);
  }

  /** Where what arrives is what calibration saw, there is nothing to make good. */
  @Test
  void rowsOfTheFloatModelGiveTheCodesOfAPlainRun() throws IOException {
    leaveStoredRows(Role.ATTENTION_INPUT, run.parts());
    Done propagated = quantize(run, Role.ATTENTION_INPUT, run.parts(), List.of());
    Propagation plain =
        new Propagation(
            folder.resolve("plain").toString(), Propagation.plan(RoundingSettings.compensated()));
    QuantizedBlock block =
        new BlockQuantization(
                plain.task(), BareExecutor.broadcast(plain.scores()), CalibratedLlama.conf())
            .call(0);
    propagated
        .weights()
        .forEach(
            (linear, digest) ->
                assertThat(digest).as(linear).isEqualTo(block.weights().get(linear)));
  }

  @Test
  void rowsOfEveryPartGoToTheirPlaces() throws IOException {
    List<PrefixPart> two = run.parts();
    assertThat(two).hasSize(2);
    leaveStoredRows(Role.ATTENTION_INPUT, two);
    Map<String, String> expected = quantize(run, Role.ATTENTION_INPUT, two, List.of()).weights();
    // the same rows in one part whose order is that of the tokens turned round
    List<SampledToken> tokens = ChosenRows.tokens(run.selection(), CalibratedLlama.CONF);
    int[] turned = new int[tokens.size()];
    Arrays.setAll(turned, i -> tokens.size() - 1 - i);
    PrefixPart one =
        new PrefixPart(0, "a", two.get(0).file(), new long[] {0}, turned.clone(), turned);
    leaveStoredRows(Role.ATTENTION_INPUT, List.of(one));
    assertThat(quantize(run, Role.ATTENTION_INPUT, List.of(one), List.of()).weights())
        .isEqualTo(expected);
  }

  /** QEP (arXiv 2504.09629) leaves the second linear of the MLP out. */
  @Test
  void allButTheLastRoleMakeGoodForTheRolesBeforeThem() {
    assertThat(corrections(done.get(1)).values()).allMatch(alpha -> alpha > 0 && alpha <= 1);
    assertThat(corrections(done.get(2)).values()).allMatch(alpha -> alpha > 0 && alpha <= 1);
    assertThat(corrections(done.get(3)).values()).allMatch(alpha -> alpha.isNaN());
  }

  @Test
  void partThatNobodyLedToTheRoleIsMissedByItsFile() throws IOException {
    List<PrefixPart> parts = run.parts();
    run.lead(0, Role.ATTENTION_INPUT, parts.get(0));
    assertThatThrownBy(() -> quantize(run, Role.ATTENTION_INPUT, parts, List.of()))
        .hasMessageContaining("rows-00000-attention_input-00001.safetensors");
    assertThat(run.files().has(PrefixFiles.weights(0, Role.ATTENTION_INPUT))).isFalse();
  }
}
