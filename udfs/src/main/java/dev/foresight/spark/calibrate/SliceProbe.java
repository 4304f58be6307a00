package dev.foresight.spark.calibrate;

import dev.foresight.onnx.RowSelection;
import dev.foresight.spark.io.Cpu;
import java.io.IOException;
import java.io.Serializable;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that times one sequence, where a calibration would run. */
public final class SliceProbe implements Function<Integer, SliceProbe.Timing> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final int vocabulary;
  private final SerializableConfiguration conf;

  /**
   * @param vocabulary below which token ids are
   */
  public SliceProbe(ExecutorModel.Key model, int vocabulary, SerializableConfiguration conf) {
    this.model = model;
    this.vocabulary = vocabulary;
    this.conf = conf;
  }

  /**
   * What was found.
   *
   * @param secondsPerToken of one task that has the CPU to itself
   * @param cpu the kind of CPU
   */
  public record Timing(double secondsPerToken, String cpu) implements Serializable {}

  @Override
  public Timing call(Integer length) throws IOException {
    int[][] sequence = new int[1][length];
    for (int i = 0; i < length; i++) {
      sequence[0][i] = (int) (i * 7919L % vocabulary); // any text does
    }
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value())) {
      run(lease, sequence); // loads the blocks
      long started = System.nanoTime();
      run(lease, sequence);
      return new Timing((System.nanoTime() - started) / 1e9 / length, Cpu.kind());
    }
  }

  private static void run(ExecutorModel.Lease lease, int[][] sequence) throws IOException {
    lease.runner().run(sequence, RowSelection.none(), (block, statistics, first) -> {});
  }
}
