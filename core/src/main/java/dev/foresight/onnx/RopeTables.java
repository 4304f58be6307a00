package dev.foresight.onnx;

import dev.foresight.model.ModelConfig;

/** The rope table of the length that was asked for last. Safe for several threads. */
final class RopeTables {
  private final ModelConfig config;
  private volatile RopeTable last;

  RopeTables(ModelConfig config) {
    this.config = config;
    this.last = new RopeTable(config, 1);
  }

  /** A table for this length; computing it twice in a race is harmless. */
  RopeTable of(int length) {
    RopeTable table = last;
    if (!table.serves(length)) {
      table = new RopeTable(config, length);
      last = table;
    }
    return table;
  }
}
