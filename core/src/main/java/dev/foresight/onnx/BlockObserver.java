package dev.foresight.onnx;

import dev.foresight.sketch.Measured;
import java.util.Map;

/** Is told what each batch of a slice taught about a block. */
@FunctionalInterface
public interface BlockObserver {
  /**
   * Called once per block and batch: blocks ascend, and batches ascend within a block.
   *
   * @param block number of the block, from 0
   * @param measured by place: every role by its key, and {@link
   *     dev.foresight.sketch.Statistic#BLOCK} where something of the block as a whole is measured
   * @param firstSequence number of the batch's first sequence within the slice
   */
  void block(int block, Map<String, Measured> measured, int firstSequence);
}
