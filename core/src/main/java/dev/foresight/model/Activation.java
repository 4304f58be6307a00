package dev.foresight.model;

/** What the gate of an MLP goes through. */
public enum Activation {
  /** {@code x · sigmoid(x)}. */
  SILU("silu"),
  /** Gaussian error linear unit in its tanh form. */
  GELU_TANH("gelu_pytorch_tanh");

  private final String key;

  Activation(String key) {
    this.key = key;
  }

  /** What config.json calls it. */
  String key() {
    return key;
  }
}
