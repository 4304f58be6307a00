package dev.foresight.export;

import java.nio.IntBuffer;

/**
 * Codes of 2 to 8 bits as one dense stream, lowest bit first: code i of a run sits in the bits
 * [i·bits, (i+1)·bits) of an endless number that is cut into 32-bit words. So codes of 3, 5, 6 and
 * 7 bits straddle words, and 32 codes always fill exactly {@code bits} words. The last word of a
 * run is filled up with zeros.
 *
 * <p>compressed-tensors, GPTQ and (by bytes) MatMulNBits all use this stream; they differ in the
 * axis that a run follows. Older releases of compressed-tensors, before 0.17, put {@code 32 / bits}
 * codes into a word and left the rest of it empty; that layout is not written here, and nothing in
 * a tensor tells the two apart.
 */
public final class DensePacker {
  private DensePacker() {}

  /** 32-bit words that a run of codes fills. */
  public static int words(int codes, int bits) {
    return Math.toIntExact(((long) codes * bits + Integer.SIZE - 1) / Integer.SIZE);
  }

  /**
   * A run inside an array.
   *
   * @param start index of its first element
   * @param stride from one element to the next: 1 along a row, the row's length down a column
   */
  public record Run(int start, int stride) {
    /** Neighbours, from an index on. */
    static Run along(int start) {
      return new Run(start, 1);
    }
  }

  /**
   * Packs one run.
   *
   * @param codes unsigned, below {@code 2^bits}
   * @param from where they lie in {@code codes}
   * @param count how many
   * @param words where the words go; its position is not used
   * @param to where they go in {@code words}
   */
  public static void pack(byte[] codes, Run from, int count, int bits, IntBuffer words, Run to) {
    long stream = 0;
    int held = 0;
    int word = to.start();
    int at = from.start();
    for (int i = 0; i < count; i++, at += from.stride()) {
      stream |= Byte.toUnsignedLong(codes[at]) << held;
      held += bits;
      if (held >= Integer.SIZE) {
        words.put(word, (int) stream);
        word += to.stride();
        stream >>>= Integer.SIZE;
        held -= Integer.SIZE;
      }
    }
    if (held > 0) {
      words.put(word, (int) stream);
    }
  }

  /** The reverse of {@link #pack}. */
  public static void unpack(IntBuffer words, Run from, byte[] codes, Run to, int count, int bits) {
    int mask = (1 << bits) - 1;
    long stream = 0;
    int held = 0;
    int word = from.start();
    int at = to.start();
    for (int i = 0; i < count; i++, at += to.stride()) {
      if (held < bits) {
        stream |= Integer.toUnsignedLong(words.get(word)) << held;
        word += from.stride();
        held += Integer.SIZE;
      }
      codes[at] = (byte) (stream & mask);
      stream >>>= bits;
      held -= bits;
    }
  }
}
