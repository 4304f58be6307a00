package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;

/**
 * Element type of a stored tensor, by the names that safetensors headers use. The constants stand
 * in the order of the reference library's {@code Dtype}: {@link SafetensorsWriter} sorts by it.
 */
public enum DType {
  BOOL(1),
  U8(1),
  I8(1),
  F8_E5M2(1),
  F8_E4M3(1),
  I16(2),
  U16(2),
  F16(2),
  BF16(2),
  I32(4),
  U32(4),
  F32(4),
  F64(8),
  I64(8),
  U64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether {@link Checkpoint#floats} can widen this type to fp32 without loss. */
  public boolean widensToFloat() {
    return this == F16 || this == BF16 || this == F32;
  }

  /**
   * The nearest value of this type, ties to even, widened again; infinite where it overflows.
   *
   * @throws IllegalArgumentException for types other than F16, BF16 and F32
   */
  public float round(float value) {
    return switch (this) {
      case F32 -> value;
      case F16 -> Halves.f16ToFloat(Halves.floatToF16(value));
      case BF16 -> Halves.bf16ToFloat(Halves.floatToBf16(value));
      default -> throw new IllegalArgumentException("Weights are never rounded to " + this);
    };
  }

  /**
   * @param name a safetensors dtype
   * @throws InputException if safetensors has no such dtype
   */
  public static DType parse(String name) {
    for (DType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw new InputException(
        Words.format("Unknown tensor dtype '%s': safetensors files hold %s.", name, Arrays.toString(values())));
  }
}
