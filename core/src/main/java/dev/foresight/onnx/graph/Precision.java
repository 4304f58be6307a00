package dev.foresight.onnx.graph;

/** In what arithmetic the linears of a block run. Everything else of a block is fp32 in both. */
public enum Precision {
  /** Products of fp32 weights and fp32 activations. */
  FP32(LinearNodes.FLOAT),
  /**
   * Weights and activations rounded to 8 bits in groups of up to 128 input channels: a quarter of
   * the memory, faster, and about 1 % off at each linear's output.
   */
  INT8(new Int8Linears());

  private final LinearNodes linears;

  Precision(LinearNodes linears) {
    this.linears = linears;
  }

  /** How linears enter a graph. */
  public LinearNodes linears() {
    return linears;
  }

  /**
   * Whether ONNX Runtime lays the weights out anew when a session is created. It must for 8 bits,
   * whose kernel has no other layout. For fp32 it may not: the mapped file then serves every
   * session of a host without a copy, and a session is created in milliseconds. Sums of laid-out
   * weights have other last bits, so this is never a choice of a memory mode.
   */
  public boolean repacks() {
    return this == INT8;
  }
}
