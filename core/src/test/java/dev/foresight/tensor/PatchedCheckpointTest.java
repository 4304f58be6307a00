package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatchedCheckpointTest {
  private static SafetensorsFile file(NamedTensor... tensors) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter.write(List.of(tensors), out);
    return SafetensorsFile.open(new BytesInMemory(out.toByteArray()));
  }

  private static NamedTensor tensor(String name, DType type, float... values) {
    return NamedTensor.ofFloats(TensorInfo.of(name, type, values.length), values);
  }

  @Test
  void tensorsOfThePatchStandInTheirPlaces() throws IOException {
    try (SafetensorsFile base = file(tensor("a", DType.F16, 1, 2), tensor("b", DType.F16, 3));
        PatchedCheckpoint patched =
            new PatchedCheckpoint(base, file(tensor("b", DType.F32, 0.1f)))) {
      assertThat(patched.floats("a")).containsExactly(1, 2);
      assertThat(patched.floats("b")).containsExactly(0.1f);
      assertThat(patched.info("b").dtype()).isEqualTo(DType.F32);
      assertThat(patched.bytes("b").getFloat(0)).isEqualTo(0.1f);
      assertThat(patched.tensors()).extracting(TensorInfo::name).containsExactly("a", "b");
      assertThat(patched.contains("c")).isFalse();
    }
  }

  @Test
  void patchOfNothingOrOfAnotherShapeIsRefused() throws IOException {
    try (SafetensorsFile base = file(tensor("a", DType.F16, 1, 2))) {
      for (NamedTensor wrong :
          List.of(tensor("b", DType.F16, 1, 2), tensor("a", DType.F16, 1, 2, 3))) {
        SafetensorsFile patch = file(wrong);
        assertThatThrownBy(() -> new PatchedCheckpoint(base, patch))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("is in the place of no tensor of its shape");
      }
    }
  }

  /** The base serves others. */
  @Test
  void baseStaysOpen() throws IOException {
    try (SafetensorsFile base = file(tensor("a", DType.F16, 1, 2))) {
      new PatchedCheckpoint(base, file(tensor("a", DType.F16, 5, 6))).close();
      assertThat(base.floats("a")).containsExactly(1, 2);
    }
  }
}
