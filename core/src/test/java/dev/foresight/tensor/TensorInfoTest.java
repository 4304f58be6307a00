package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is known of tensors, and checkpoints whose tensors go by other names. */
class TensorInfoTest {
  @ParameterizedTest
  @CsvSource({ // widths by the names that safetensors gives its types
    "BOOL, 1",
    "U8, 1",
    "F8_E4M3, 1",
    "BF16, 2",
    "F16, 2",
    "I32, 4",
    "F32, 4",
    "I64, 8",
    "F64, 8"
  })
  void bytesAreElementsTimesTheWidthOfTheType(String type, int width) {
    TensorInfo info = TensorInfo.of("w", DType.parse(type), 3, 5, 7);
    assertThat(info.elements()).isEqualTo(105);
    assertThat(info.bytes()).isEqualTo(105L * width);
    assertThat(TensorInfo.of("scalar", DType.parse(type)).elements()).isEqualTo(1);
    assertThat(TensorInfo.of("empty", DType.parse(type), 3, 0).bytes()).isZero();
  }

  @Test
  void sizeBeyondALongIsAnErrorAndNoSmallNumber() {
    TensorInfo wide = TensorInfo.of("w", DType.F32, 1L << 32, 1L << 31);
    assertThatThrownBy(wide::elements).isInstanceOf(ArithmeticException.class);
    TensorInfo nearly = TensorInfo.of("w", DType.F32, 1L << 31, 1L << 31);
    assertThat(nearly.elements()).isEqualTo(1L << 62);
    assertThatThrownBy(nearly::bytes).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "f32", "FLOAT", "F32 ", "F4"})
  void typeThatSafetensorsDoesNotHaveIsRefused(String name) {
    assertThatThrownBy(() -> DType.parse(name))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("Unknown tensor dtype '" + name + "'");
  }

  /** IEEE 754: 11 bits of a half, 8 of a bfloat16, ties to even. */
  @Test
  void valuesAreRoundedToTheNearestOfTheType() {
    assertThat(DType.F32.round(0.1f)).isEqualTo(0.1f);
    assertThat(DType.F16.round(1 + 0x1p-11f)).as("a tie").isEqualTo(1);
    assertThat(DType.F16.round(1 + 3 * 0x1p-11f)).as("a tie").isEqualTo(1 + 2 * 0x1p-10f);
    assertThat(DType.BF16.round(1 + 0x1p-8f)).as("a tie").isEqualTo(1);
    assertThat(DType.BF16.round(1 + 0x1.8p-8f)).isEqualTo(1 + 0x1p-7f);
    assertThat(DType.F16.round(65520)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThatThrownBy(() -> DType.I32.round(1)).isInstanceOf(IllegalArgumentException.class);
  }

  private static SafetensorsFile stored() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(1.5f).putFloat(-2).flip();
    SafetensorsWriter.write(
        List.of(
            new NamedTensor(TensorInfo.of("old.a", DType.F32, 2), bytes::duplicate),
            new NamedTensor(TensorInfo.of("old.b", DType.F32, 2), bytes::duplicate)),
        out);
    return SafetensorsFile.open(new BytesInMemory(out.toByteArray()));
  }

  @Test
  void renamedTensorsAreTheStoredOnesUnderNewNames() throws IOException {
    SortedMap<String, String> names = new TreeMap<>(Map.of("new.b", "old.a", "new.c", "old.b"));
    try (Checkpoint renamed = new RenamedCheckpoint(stored(), "folder", names)) {
      assertThat(renamed.tensors()).extracting(TensorInfo::name).containsExactly("new.b", "new.c");
      assertThat(renamed.info("new.b")).isEqualTo(TensorInfo.of("new.b", DType.F32, 2));
      assertThat(renamed.floats("new.b")).containsExactly(1.5f, -2);
      assertThat(renamed.bytes("new.c").getFloat(4)).isEqualTo(-2);
      assertThat(renamed.dequantizes("new.b")).isFalse();
      assertThat(renamed.contains("old.a")).isFalse();
    }
  }

  @Test
  void nameThatNothingGoesByIsMissedWithThoseThatAreThere() throws IOException {
    SortedMap<String, String> names = new TreeMap<>(Map.of("new.b", "old.a"));
    try (Checkpoint renamed = new RenamedCheckpoint(stored(), "folder", names)) {
      assertThatThrownBy(() -> renamed.floats("old.a"))
          .isInstanceOf(InputException.class)
          .hasMessage(
              "folder has no tensor 'old.a'; it has 1, among them new.b. Is it the right model?");
    }
  }

  @Test
  void renamedCheckpointClosesTheStoredOne() throws IOException {
    BytesInMemory bytes;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SafetensorsWriter.write(List.of(), out);
    bytes = new BytesInMemory(out.toByteArray());
    new RenamedCheckpoint(SafetensorsFile.open(bytes), "folder", new TreeMap<>()).close();
    assertThat(bytes.closed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "1", "{", "{\"a\":1,\"a\":1}", "{} x", "{'a':1}", "{\"a\":NaN}"})
  void textThatIsNotOneStrictObjectIsRefused(String text) {
    assertThatThrownBy(() -> StrictJson.object("config.json", text))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("config.json is not ");
  }

  @Test
  void prettyTextIsTheSameOnEveryPlatformAndInTheOrderOfTheObject() {
    assertThat(StrictJson.pretty(StrictJson.object("x", "{\"b\": [1, 2], \"a\": {\"c\": \"ü\"}}")))
        .isEqualTo(
            """
            {
              "b" : [
                1,
                2
              ],
              "a" : {
                "c" : "ü"
              }
            }
            """);
  }
}
