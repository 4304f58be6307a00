package dev.foresight.onnx;

import dev.foresight.model.Architecture;
import dev.foresight.model.ModelConfig;

/** The weightless graphs of a model, one for each kind of block that it has. */
final class BlockGraphs {
  private final byte[] graph;

  BlockGraphs(
      ModelConfig config, Architecture architecture, boolean statistics, LinearNodes linears) {
    this.graph = BlockGraph.build(config, architecture, statistics, linears);
  }

  /** The graph of a block. */
  byte[] of(int block) {
    return graph;
  }
}
