package dev.foresight.tensor;

/**
 * Conversions between fp32 and the two 16-bit floats, exact when widening, to nearest with ties to
 * even when narrowing (IEEE 754; JDK 20's {@code Float.float16ToFloat} does the same, but 17 is our
 * floor).
 */
public final class Halves {
  private static final float SUBNORMAL_MAGIC = 0.5f; // its ulp is that of the fp16 subnormals

  private Halves() {}

  /** Widens an fp16 bit pattern; NaN stays NaN, infinities and signed zeros are kept. */
  public static float f16ToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int rest = half & 0x7fff;
    if (rest >= 0x7c00) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (rest & 0x3ff) << 13);
    }
    if (rest < 0x0400) {
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(rest * 0x1p-24f));
    }
    return Float.intBitsToFloat(sign | (rest << 13) + 0x38000000);
  }

  /** Narrows to fp16: overflow becomes infinity, underflow a subnormal or zero. */
  public static short floatToF16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    int rest = bits & 0x7fffffff;
    if (rest > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (rest >= 0x477ff000) { // 65520 and above round to infinity
      return (short) (sign | 0x7c00);
    }
    if (rest < 0x38800000) { // below the smallest normal: let the adder round
      int shifted = Float.floatToRawIntBits(Float.intBitsToFloat(rest) + SUBNORMAL_MAGIC);
      return (short) (sign | shifted - Float.floatToRawIntBits(SUBNORMAL_MAGIC));
    }
    int odd = rest >>> 13 & 1;
    return (short) (sign | rest - 0x38000000 + 0xfff + odd >>> 13);
  }

  /** Widens a bfloat16 bit pattern. */
  public static float bf16ToFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Narrows to bfloat16. */
  public static short floatToBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
  }
}
