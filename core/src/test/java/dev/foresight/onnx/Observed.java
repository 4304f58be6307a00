package dev.foresight.onnx;

import dev.foresight.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Keeps all that a runner tells. */
public final class Observed implements BlockObserver {
  /** One call. */
  record Call(int block, Map<Role, BatchStatistics> statistics, int firstSequence) {}

  final List<Call> calls = new ArrayList<>();

  @Override
  public void block(int block, Map<Role, BatchStatistics> statistics, int firstSequence) {
    calls.add(new Call(block, statistics, firstSequence));
  }

  /** The statistics of a block that ran in a single batch. */
  public BatchStatistics only(int block, Role role) {
    List<Call> found = calls.stream().filter(call -> call.block() == block).toList();
    if (found.size() != 1) {
      throw new AssertionError("Block %d ran in %d batches".formatted(block, found.size()));
    }
    return found.get(0).statistics().get(role);
  }
}
