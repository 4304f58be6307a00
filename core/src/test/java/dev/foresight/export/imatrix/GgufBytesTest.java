package dev.foresight.export.imatrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes as Python's {@code struct} packs them little-endian, in the layouts of the GGUF spec. */
class GgufBytesTest {
  private static String hex(GgufBytes bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    bytes.writeTo(out);
    return HexFormat.of().formatHex(out.toByteArray());
  }

  @Test
  void fileBeginsWithItsNameInAscii() throws IOException {
    assertThat(hex(new GgufBytes().magic())).isEqualTo("47475546");
  }

  @Test
  void numbersAreLittleEndian() throws IOException {
    assertThat(hex(new GgufBytes().u32(3))).isEqualTo("03000000");
    assertThat(hex(new GgufBytes().u32(0xffffffffL))).isEqualTo("ffffffff");
    assertThat(hex(new GgufBytes().u64((1L << 40) + 1))).isEqualTo("0100000000010000");
    assertThat(hex(new GgufBytes().f32(0.1f))).isEqualTo("cdcccc3d");
    assertThat(hex(new GgufBytes().f32(-2.5f))).isEqualTo("000020c0");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 1L << 32, Long.MIN_VALUE})
  void numberThatDoesNotFitIsNotCutOff(long value) {
    assertThatThrownBy(() -> new GgufBytes().u32(value))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage(value + " does not fit into 32 bits");
  }

  /**
   * numpy: np.float32(np.float64(v) * f).tobytes().hex(); rounded before the product as well, these
   * would end in 56551540 and cccc2c40.
   */
  @Test
  void sumsAreRoundedOnceBehindTheProduct() throws IOException {
    assertThat(hex(new GgufBytes().floats(new double[] {1.0 / 3}, 7))).isEqualTo("55551540");
    assertThat(hex(new GgufBytes().floats(new double[] {0.9, 0.9}, 3)))
        .isEqualTo("cdcc2c40cdcc2c40");
    assertThat(hex(new GgufBytes().floats(new double[0], 3))).isEmpty();
  }

  /** Letters beyond ASCII take two bytes and more: é and an emoji of four. */
  @Test
  void textsStandBehindTheirLengthInBytes() throws IOException {
    assertThat(hex(new GgufBytes().string("aé"))).isEqualTo("030000000000000061c3a9");
    assertThat(hex(new GgufBytes().text("aé"))).isEqualTo("0300000061c3a9");
    assertThat(hex(new GgufBytes().string("\ud83d\ude00"))).isEqualTo("0400000000000000f09f9880");
    assertThat(hex(new GgufBytes().string(""))).isEqualTo("0000000000000000");
    assertThat(hex(new GgufBytes().text(""))).isEqualTo("00000000");
  }

  /** general.alignment of the spec where a file does not say otherwise. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 32", "31, 32", "32, 32", "33, 64", "8589934593, 8589934624"})
  void lengthsEndAtMultiplesOf32(long length, long padded) {
    assertThat(GgufBytes.padded(length)).isEqualTo(padded);
  }

  @Test
  void paddingIsZerosAndNoneWhereNoneIsNeeded() throws IOException {
    String four = hex(new GgufBytes().magic().pad());
    assertThat(four).isEqualTo("47475546" + "00".repeat(28));
    assertThat(hex(new GgufBytes().magic().pad().pad())).isEqualTo(four);
    assertThat(hex(new GgufBytes().pad())).isEmpty();
    assertThat(hex(new GgufBytes().magic().pad().u32(1).pad()))
        .isEqualTo(four + "01000000" + "00".repeat(28));
  }

  /** A header of the spec: magic, version 3, no tensors, one key, general.type = "x". */
  @Test
  void partsStandInTheOrderInWhichTheyWereWritten() throws IOException {
    GgufBytes header =
        new GgufBytes()
            .magic()
            .u32(3)
            .u64(0)
            .u64(1)
            .string("general.type")
            .u32(GgufBytes.STRING)
            .string("x");
    assertThat(hex(header))
        .isEqualTo(
            "47475546"
                + "03000000"
                + "0000000000000000"
                + "0100000000000000"
                + "0c0000000000000067656e6572616c2e74797065"
                + "08000000"
                + "010000000000000078");
  }
}
