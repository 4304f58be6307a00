package dev.foresight.onnx;

import dev.foresight.model.Role;
import dev.foresight.sketch.Measured;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Statistic;
import dev.foresight.sketch.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Keeps all that a runner tells. */
public final class Observed implements BlockObserver {
  /** One call. */
  public record Call(int block, Map<String, Measured> measured, int firstSequence) {
    public RoleSketch sums(Role role) {
      return Observed.sums(measured.get(role.key()));
    }

    /** Inputs of the selected tokens, [k, channels]. */
    public float[] rows(Role role) {
      return measured.get(role.key()).output(Rows.ROWS.name());
    }
  }

  final List<Call> calls = new ArrayList<>();

  @Override
  public void block(int block, Map<String, Measured> measured, int firstSequence) {
    calls.add(new Call(block, measured, firstSequence));
  }

  /** What a block that ran in a single batch measured. */
  public Call only(int block) {
    List<Call> found = calls.stream().filter(call -> call.block() == block).toList();
    if (found.size() != 1) {
      throw new AssertionError("Block %d ran in %d batches".formatted(block, found.size()));
    }
    return found.get(0);
  }

  /** The sums of one batch. */
  public static RoleSketch sums(Measured batch) {
    Statistic.Collector<RoleSketch> sums = Sums.SUMS.collector("", List.of());
    sums.add(batch);
    return sums.state();
  }
}
