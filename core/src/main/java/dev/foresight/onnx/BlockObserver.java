package dev.foresight.onnx;

import dev.foresight.model.Role;
import java.util.Map;

/** Is told what each batch of a slice taught about a block. */
@FunctionalInterface
public interface BlockObserver {
  /**
   * Called once per block and batch: blocks ascend, and batches ascend within a block.
   *
   * @param block number of the block, from 0
   * @param statistics one entry for every role
   * @param firstSequence number of the batch's first sequence within the slice
   */
  void block(int block, Map<Role, BatchStatistics> statistics, int firstSequence);
}
