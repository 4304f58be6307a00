package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.foresight.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SafetensorsWriterTest {
  @Test
  void bytesAreThoseOfTheReferenceLibrary() throws IOException {
    byte[] expected = Resources.read("reference.safetensors").array(); // safetensors 0.8.0
    try (SafetensorsFile file = SafetensorsFile.open(new BytesInMemory(expected))) {
      List<NamedTensor> tensors = new ArrayList<>();
      file.tensors().forEach(info -> tensors.add(NamedTensor.copyOf(file, info.name())));
      Collections.shuffle(tensors, new Random(1));
      ByteArrayOutputStream out = new ByteArrayOutputStream();

      long written = SafetensorsWriter.write(tensors, out);

      assertThat(out.toByteArray()).isEqualTo(expected);
      assertThat(written).isEqualTo(expected.length);
    }
  }

  @Test
  void oneTensorIsMadeAtATimeAndInTheOrderOfTheFile() throws IOException {
    List<String> made = new ArrayList<>();
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : List.of("c", "a", "b")) {
      tensors.add(
          new NamedTensor(
              TensorInfo.of(name, DType.U8, 1),
              () -> {
                made.add(name);
                return ByteBuffer.allocate(1);
              }));
    }
    SafetensorsWriter.write(tensors, new ByteArrayOutputStream());
    assertThat(made).containsExactly("a", "b", "c");
  }

  @Test
  void floatsAreRoundedToTheTypeTheyAreWrittenIn() throws IOException {
    float[] values = {1.0f, 0.1f, -65504, 0};
    for (DType type : List.of(DType.F16, DType.BF16, DType.F32)) {
      TensorInfo info = TensorInfo.of("w", type, 2, 2);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      SafetensorsWriter.write(List.of(NamedTensor.ofFloats(info, values)), out);
      try (SafetensorsFile file = SafetensorsFile.open(new BytesInMemory(out.toByteArray()))) {
        float[] expected = values.clone();
        for (int i = 0; i < expected.length; i++) {
          expected[i] = type.round(expected[i]);
        }
        assertThat(file.floats("w")).containsExactly(expected);
      }
    }
  }

  @Test
  void wideningTurnsRoundTheChunkIntoTheNext() throws IOException {
    float[] values = new float[20_001];
    Random random = new Random(2);
    for (int i = 0; i < values.length; i++) {
      values[i] = DType.BF16.round((float) random.nextGaussian());
    }
    for (DType type : List.of(DType.F32, DType.BF16)) {
      float[] wide = new float[values.length + 1];
      FloatTensors.widen(type, FloatTensors.narrow("w", type, values), wide, 1);
      assertThat(Arrays.copyOfRange(wide, 1, wide.length)).containsExactly(values);
    }
  }

  @Test
  void valueThatBecomesInfiniteInF16IsRefused() {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> FloatTensors.narrow("up.weight", DType.F16, new float[] {1, -70000}))
        .withMessage(
            "Element 1 of up.weight is -70000.0, more than F16 can hold: keep this model's own"
                + " type, which --container compressed-tensors and dequantized do.");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> FloatTensors.narrow("w", DType.BF16, new float[] {Float.MAX_VALUE}))
        .withMessageContaining("more than BF16 can hold");
  }

  @Test
  void sameNameTwiceIsRefused() {
    NamedTensor w = NamedTensor.ofFloats(TensorInfo.of("w", DType.F32, 1), new float[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsWriter.write(List.of(w, w), new ByteArrayOutputStream()));
  }

  @Test
  void bytesThatDoNotFitTheShapeAreRefused() {
    NamedTensor w = NamedTensor.ofFloats(TensorInfo.of("w", DType.F32, 2), new float[1]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsWriter.write(List.of(w), new ByteArrayOutputStream()))
        .withMessageContaining("has 4 bytes");
  }
}
