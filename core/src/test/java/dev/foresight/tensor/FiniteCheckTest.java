package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.foresight.InputException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NaN and infinity by their bits, and in files. */
class FiniteCheckTest {
  @Test
  void everyPatternOf16BitsIsToldRight() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float f16 = Halves.f16ToFloat((short) bits);
      float bf16 = Halves.bf16ToFloat((short) bits);
      for (int place = 0; place < 5; place++) { // the fifth lies behind the last whole long
        assertThat(FloatBits.of(DType.F16).allFinite(shorts(bits, place)))
            .isEqualTo(Float.isFinite(f16));
        assertThat(FloatBits.of(DType.BF16).allFinite(shorts(bits, place)))
            .isEqualTo(Float.isFinite(bf16));
      }
      assertThat(FloatBits.of(DType.F16).name(bits)).isIn("NaN", "Infinity", "-Infinity");
      if (!Float.isFinite(f16)) {
        assertThat(FloatBits.of(DType.F16).name(bits)).isEqualTo(String.valueOf(f16));
      }
    }
  }

  private static ByteBuffer shorts(int bits, int place) {
    ByteBuffer bytes = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 5; i++) {
      bytes.putShort((short) (i == place ? bits : 0x8001)); // beside the largest carry there is
    }
    return bytes.flip();
  }

  /** The limits of IEEE 754's binary32 and binary64. */
  @Test
  void limitsOfWiderFloatsAreToldRight() {
    for (float value :
        new float[] {
          0,
          -0f,
          Float.MIN_VALUE,
          -Float.MIN_NORMAL,
          Float.MAX_VALUE,
          -Float.MAX_VALUE,
          Float.NaN,
          Float.POSITIVE_INFINITY,
          Float.NEGATIVE_INFINITY,
          Float.intBitsToFloat(0xffffffff),
          Float.intBitsToFloat(0x7f800001)
        }) {
      ByteBuffer three = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      three.putFloat(1).putFloat(2).putFloat(value).flip();
      assertThat(FloatBits.of(DType.F32).allFinite(three)).isEqualTo(Float.isFinite(value));
      ByteBuffer wide = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      wide.putDouble(value == Float.MAX_VALUE ? Double.MAX_VALUE : value).flip();
      assertThat(FloatBits.of(DType.F64).allFinite(wide)).isEqualTo(Float.isFinite(value));
    }
  }

  /** OCP 8-bit floating point: E5M2 has IEEE's infinity and NaN, E4M3 one NaN of each sign. */
  @Test
  void floatsOf8BitsAreToldRight() {
    for (int bits = 0; bits < 1 << 8; bits++) {
      ByteBuffer one = ByteBuffer.wrap(new byte[] {(byte) bits});
      assertThat(FloatBits.of(DType.F8_E5M2).allFinite(one)).isEqualTo((bits & 0x7f) < 0x7c);
      assertThat(FloatBits.of(DType.F8_E4M3).allFinite(one)).isEqualTo((bits & 0x7f) != 0x7f);
    }
    assertThat(FloatBits.of(DType.F8_E4M3).name(0x7f)).isEqualTo("NaN");
    assertThat(FloatBits.of(DType.I32)).isNull();
  }

  @Test
  void firstElementAndHowManyAreNamed() throws IOException {
    float[] values = new float[600];
    values[131] = Float.NEGATIVE_INFINITY;
    values[599] = Float.NaN;
    Checkpoint checkpoint = SafetensorsFile.open(file(values, 1));
    for (Reading reading : List.<Reading>of(checkpoint::bytes, checkpoint::floats)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> reading.of("w"))
          .withMessage(
              "w.safetensors: element 131 of w is -Infinity, the first of 2 that are not finite, of"
                  + " 600. Fetch or write the weights again.");
    }
    assertThat(checkpoint.floats("fine")).containsExactly(1);
  }

  @FunctionalInterface
  private interface Reading {
    void of(String name) throws IOException;
  }

  /** Writers need not align: then elements lie across the pieces that are read at once. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 8, 64, 1000})
  void wholeFileIsReadOnceAndEveryElementLookedAt(int chunk) throws IOException {
    for (int bytesBefore : new int[] {0, 1, 2, 3}) {
      float[] values = new float[37];
      List<Byte> seen = new ArrayList<>();
      ByteSource fine = file(values, bytesBefore);
      FiniteCheck.read(fine, bytes -> drain(bytes, seen), chunk);
      assertThat(seen).hasSize((int) fine.size());
      assertThat(seen.get(8)).isEqualTo((byte) '{');
      for (int i = 0; i < values.length; i++) {
        float[] spoilt = values.clone();
        spoilt[i] = Float.NaN;
        int element = i;
        assertThatExceptionOfType(InputException.class)
            .isThrownBy(() -> FiniteCheck.read(file(spoilt, bytesBefore), bytes -> {}, chunk))
            .withMessageContaining("element %d of w is NaN. Fetch", element);
      }
    }
  }

  private static void drain(ByteBuffer bytes, List<Byte> into) {
    while (bytes.hasRemaining()) {
      into.add(bytes.get());
    }
  }

  /** A file of bytes that push the floats off their alignment, then floats, then one more. */
  private static ByteSource file(float[] values, int bytesBefore) throws IOException {
    int first = bytesBefore;
    int second = first + 4 * values.length;
    String header =
        """
        {"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]},
         "w":{"dtype":"F32","shape":[%d],"data_offsets":[%d,%d]},
         "fine":{"dtype":"BF16","shape":[1],"data_offsets":[%d,%d]}}"""
            .formatted(first, first, values.length, first, second, second, second + 2);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + second + 2).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text).position(8 + text.length + first);
    for (float value : values) {
      bytes.putFloat(value);
    }
    bytes.putShort(Halves.floatToBf16(1));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(bytes.array());
    return new BytesInMemory(out.toByteArray());
  }
}
