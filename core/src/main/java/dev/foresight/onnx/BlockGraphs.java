package dev.foresight.onnx;

import dev.foresight.model.Architecture;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.onnx.graph.LinearNodes;
import dev.foresight.onnx.graph.StatisticNodes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The weightless graphs of a model, one for each kind of block that it has. */
final class BlockGraphs {
  private final List<BlockAttention> blocks;
  private final Map<BlockAttention, byte[]> graphs = new HashMap<>();

  /**
   * @param statistics what is measured
   */
  BlockGraphs(
      ModelConfig config,
      Architecture architecture,
      List<StatisticNodes> statistics,
      LinearNodes linears) {
    this.blocks = config.attention();
    for (BlockAttention kind : blocks) {
      graphs.computeIfAbsent(
          kind, k -> BlockGraph.build(config, architecture, k, statistics, linears));
    }
  }

  /** The graph of a block. */
  byte[] of(int block) {
    return graphs.get(blocks.get(block));
  }
}
