package dev.foresight.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class HalvesTest {
  @Test
  void everyF16PatternSurvivesWideningAndNarrowing() {
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      float wide = Halves.f16ToFloat((short) pattern);
      if (Float.isNaN(wide)) {
        assertThat(Halves.f16ToFloat(Halves.floatToF16(wide))).isNaN();
      } else {
        assertThat(Halves.floatToF16(wide)).isEqualTo((short) pattern);
      }
    }
  }

  @Test
  void everyBf16PatternSurvivesWideningAndNarrowing() {
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      float wide = Halves.bf16ToFloat((short) pattern);
      if (Float.isNaN(wide)) {
        assertThat(Halves.bf16ToFloat(Halves.floatToBf16(wide))).isNaN();
      } else {
        assertThat(Halves.floatToBf16(wide)).isEqualTo((short) pattern);
      }
    }
  }

  @Test
  void wideningIsThatOfNumpy() throws NoSuchAlgorithmException {
    ByteBuffer wide = ByteBuffer.allocate(4 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int pattern = 0; pattern < 1 << 16; pattern++) {
      float value = Halves.f16ToFloat((short) pattern);
      if (!Float.isNaN(value)) {
        wide.putFloat(value);
      }
    }
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(wide.flip());
    // numpy 2.4.6, printed by core/src/test/python/tensor_golden.py
    assertThat(HexFormat.of().formatHex(sha.digest()))
        .isEqualTo("680bbc22915f61aa1bbfc7265bc3882a6aa42d299bfd2c571807196e5544de2e");
  }

  @Test
  void narrowingIsThatOfNumpyAndTorchForTiesSubnormalsAndOverflow() throws IOException {
    ByteBuffer rows = Resources.read("narrowed.bin"); // numpy 2.4.6, torch 2.15
    assertThat(rows.remaining()).isGreaterThan(8 * 2000);
    while (rows.hasRemaining()) {
      float value = rows.getFloat();
      assertThat(Halves.floatToF16(value)).as("fp16 of %s", value).isEqualTo(rows.getShort());
      assertThat(Halves.floatToBf16(value)).as("bf16 of %s", value).isEqualTo(rows.getShort());
    }
  }

  @Test
  void narrowingKeepsNanAndInfinity() {
    assertThat(DType.F16.round(Float.NaN)).isNaN();
    assertThat(DType.BF16.round(Float.intBitsToFloat(0x7f800001))).isNaN();
    assertThat(DType.F16.round(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(DType.BF16.round(Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
  }
}
