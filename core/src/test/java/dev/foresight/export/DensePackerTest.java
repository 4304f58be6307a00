package dev.foresight.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.export.DensePacker.Run;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Expected words were checked with the unpackers of compressed-tensors, AutoAWQ and AutoGPTQ. */
class DensePackerTest {
  @Test
  void fourBitCodesFillAWordFromItsLowestBits() {
    assertThat(pack(4, 0, 1, 2, 3, 4, 5, 6, 7)).containsExactly(0x76543210);
  }

  @Test
  void twoBitCodes() {
    assertThat(pack(2, 0, 1, 2, 3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0)).containsExactly(0x1be41be4);
  }

  @Test
  void threeBitCodesStraddleWords() {
    int[] codes = new int[32];
    Arrays.setAll(codes, i -> i % 8);
    assertThat(pack(3, codes)).containsExactly(0x88fac688, 0xc688fac6, 0xfac688fa);
    assertThat(pack(3, Arrays.copyOf(new int[] {7, 6, 5, 4, 3, 2, 1, 0, 7, 6, 5}, 32)))
        .containsExactly(0x77053977, 0x00000001, 0x00000000);
  }

  @Test
  void eightBitCodesAreUnsigned() {
    assertThat(pack(8, 0, 1, 254, 255)).containsExactly(0xfffe0100);
  }

  @Test
  void shortRunIsFilledUpWithZeros() {
    // compressed-tensors 0.17: codes -4..3, -4, -3, -2 of 3 bits
    assertThat(pack(3, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2)).containsExactly(0x88fac688, 0);
  }

  @Test
  void littleEndianWordsAreTheByteStream() {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    byte[] codes = new byte[16];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) i;
    }
    DensePacker.pack(codes, Run.along(0), 16, 4, bytes.asIntBuffer(), Run.along(0));
    assertThat(bytes.array()).containsExactly(0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe);
  }

  @Test
  void everyWidthAndLengthComesBackAlongRowsAndDownColumns() {
    Random random = new Random(7);
    for (int bits = 2; bits <= 8; bits++) {
      for (int count = 1; count <= 70; count++) {
        byte[] codes = new byte[count * 3];
        random.nextBytes(codes);
        for (int i = 0; i < codes.length; i++) {
          codes[i] &= (byte) ((1 << bits) - 1);
        }
        IntBuffer words = IntBuffer.allocate(DensePacker.words(count, bits) * 3);
        byte[] back = new byte[codes.length];
        for (int column = 0; column < 3; column++) {
          Run run = new Run(column, 3);
          DensePacker.pack(codes, run, count, bits, words, run);
          DensePacker.unpack(words, run, back, run, count, bits);
        }
        assertThat(back).as("%d codes of %d bits", count, bits).isEqualTo(codes);
      }
    }
  }

  private static int[] pack(int bits, int... codes) {
    byte[] bytes = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      bytes[i] = (byte) codes[i];
    }
    int[] words = new int[DensePacker.words(codes.length, bits)];
    DensePacker.pack(bytes, Run.along(0), codes.length, bits, IntBuffer.wrap(words), Run.along(0));
    return words;
  }
}
