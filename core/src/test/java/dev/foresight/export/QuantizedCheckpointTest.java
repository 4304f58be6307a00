package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A folder of a format that only this test knows: P.codes and P.step stand for P.weight. */
class QuantizedCheckpointTest {
  private final Stored stored = new Stored("b.codes", "b.step", "a.codes", "a.step", "norm.weight");

  /** Bytes that a test can count the closing of. */
  private static final class Stored implements Checkpoint {
    private final SortedMap<String, TensorInfo> tensors = new TreeMap<>();
    private int closed;

    Stored(String... names) {
      for (String name : names) {
        tensors.put(name, TensorInfo.of(name, DType.F32, 2));
      }
    }

    @Override
    public Collection<TensorInfo> tensors() {
      return tensors.values();
    }

    @Override
    public boolean contains(String name) {
      return tensors.containsKey(name);
    }

    @Override
    public TensorInfo info(String name) {
      return tensors.get(name);
    }

    @Override
    public ByteBuffer bytes(String name) {
      return ByteBuffer.allocate(8);
    }

    @Override
    public float[] floats(String name) {
      return new float[] {name.length(), name.charAt(0)};
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** Two codes, 1 and 2 above their zero point, of step 0.5. */
  private record Halves(String linear) implements StoredLinear {
    @Override
    public List<String> parts() {
      return List.of(linear + ".codes", linear + ".step", linear + ".zero"); // which is optional
    }

    @Override
    public TensorInfo weight() {
      return TensorInfo.of(linear + ".weight", DType.BF16, 1, 2);
    }

    @Override
    public float[] floats(Checkpoint stored) throws IOException {
      return codes(stored).dequantized().values();
    }

    @Override
    public QuantizedLinear codes(Checkpoint stored) {
      Grid grid = new Grid(4, 2, true, DType.BF16);
      return new QuantizedLinear(
          1, 2, 2, grid, new byte[] {9, 10}, new float[] {0.5f}, new byte[] {8});
    }
  }

  private static final class HalvesFormat implements StoredLinear.Format {
    @Override
    public String mark() {
      return ".codes";
    }

    @Override
    public StoredLinear linear(String location, Checkpoint stored, String linear)
        throws IOException {
      StoredLinear.require(location, stored, linear, List.of(".step"));
      return new Halves(linear);
    }
  }

  private static QuantizedCheckpoint open(Checkpoint stored) throws IOException {
    return QuantizedCheckpoint.of("m", new HalvesFormat(), stored);
  }

  private static void assertRefusedAndClosed(Stored stored, String message) {
    assertThatThrownBy(() -> open(stored)).isInstanceOf(InputException.class).hasMessage(message);
    assertThat(stored.closed).isEqualTo(1);
  }

  @Test
  void weightsStandWhereTheirPartsWere() throws IOException {
    try (QuantizedCheckpoint checkpoint = open(stored)) {
      assertThat(checkpoint.tensors())
          .extracting(TensorInfo::name)
          .containsExactly("a.weight", "b.weight", "norm.weight");
      assertThat(checkpoint.info("a.weight"))
          .isEqualTo(TensorInfo.of("a.weight", DType.BF16, 1, 2));
      assertThat(checkpoint.contains("a.codes")).isFalse();
      assertThat(checkpoint.packed()).containsExactly("a", "b");
    }
  }

  @Test
  void floatsOfAWeightAreThoseOfItsCodesAndAllOthersAreAsTheyAreStored() throws IOException {
    try (QuantizedCheckpoint checkpoint = open(stored)) {
      assertThat(checkpoint.floats("b.weight")).containsExactly(0.5f, 1);
      assertThat(checkpoint.dequantizes("b.weight")).isTrue();
      assertThat(checkpoint.floats("norm.weight")).containsExactly(11, 'n');
      assertThat(checkpoint.dequantizes("norm.weight")).isFalse();
      assertThat(checkpoint.bytes("norm.weight").remaining()).isEqualTo(8);
      assertThat(checkpoint.codes("b").codes()).containsExactly(9, 10);
    }
  }

  @Test
  void bytesOfAWeightThatHasNoneAreRefused() throws IOException {
    try (QuantizedCheckpoint checkpoint = open(stored)) {
      assertThatThrownBy(() -> checkpoint.bytes("a.weight"))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "m: a.weight is quantized, so it has no bytes of its own to copy. Name the folder"
                  + " with the original weights.");
    }
  }

  @Test
  void tensorOrLinearThatIsNotThereIsNamedBesideThoseThatAre() throws IOException {
    try (QuantizedCheckpoint checkpoint = open(stored)) {
      assertThatThrownBy(() -> checkpoint.info("c.weight"))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "m has no tensor 'c.weight'; it has 3, among them a.weight, b.weight, norm.weight. Is"
                  + " it the right model?");
      assertThatThrownBy(() -> checkpoint.codes("norm")) // a float, so no codes
          .isInstanceOf(InputException.class)
          .hasMessage(
              "m has no tensor 'norm.weight'; it has 2, among them a.weight, b.weight. Is it the"
                  + " right model?");
    }
  }

  @Test
  void whatIsTakenOverIsClosedWithIt() throws IOException {
    QuantizedCheckpoint checkpoint = open(stored);
    assertThat(stored.closed).isZero();
    checkpoint.close();
    assertThat(stored.closed).isEqualTo(1);
  }

  @Test
  void folderWithoutPackedWeightsIsRefusedAndClosed() {
    assertRefusedAndClosed(
        new Stored("norm.weight", "a.step"),
        "m has a quantization_config, but no tensor ends with .codes.");
  }

  @Test
  void weightThatIsPackedAndInFloatIsRefusedAndClosed() {
    assertRefusedAndClosed(
        new Stored("a.codes", "a.step", "a.weight"),
        "m holds a.weight both packed and in float. Fetch or write the folder again.");
  }

  @Test
  void linearThatTheFormatRefusesClosesTheFolder() {
    assertRefusedAndClosed(
        new Stored("a.codes", "a.step", "b.codes"),
        "m has no b.step. Fetch or write the folder again.");
  }

  @Test
  void linearOfAnotherTypeOrShapeIsRefusedByWhatAsksForIt() {
    TensorInfo info = TensorInfo.of("a.step", DType.F32, 2);
    StoredLinear.expect("m", info, "g_idx", DType.F32, 2); // as it is
    assertThatThrownBy(() -> StoredLinear.expect("m", info, "g_idx", DType.F16, 1, 2))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "m: a.step is F32 [2], but the config and g_idx ask for F16 [1, 2]. Was it packed by"
                + " another release?");
  }

  @Test
  void stepsAreFloatsOf16Or32Bits() {
    assertThat(StoredLinear.stepType("m", stored, "a", ".step")).isEqualTo(DType.F32);
    stored.tensors.put("a.step", TensorInfo.of("a.step", DType.F64, 2));
    assertThatThrownBy(() -> StoredLinear.stepType("m", stored, "a", ".step"))
        .isInstanceOf(InputException.class)
        .hasMessage("m: the step of a is F64; F16, BF16 or F32 can be read.");
  }
}
