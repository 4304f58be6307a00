package dev.foresight.spark.calibrate;

import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What the Spark UI shows of a calibration while it runs. A task that is run twice may count twice
 * here; what the store says is counted from the slices themselves.
 *
 * @param tokens calibrated
 * @param sequences calibrated
 * @param notFinite sequences left out because their activations are NaN or infinite
 */
public record CalibrationCounters(
    LongAccumulator tokens, LongAccumulator sequences, LongAccumulator notFinite)
    implements Serializable {
  /** Registers them with the names that the UI shows. */
  public static CalibrationCounters register(SparkContext spark) {
    return new CalibrationCounters(
        spark.longAccumulator("foresight tokens"),
        spark.longAccumulator("foresight sequences"),
        spark.longAccumulator("foresight sequences dropped: not finite"));
  }

  void add(long sequencesRun, int length, int dropped) {
    tokens.add(sequencesRun * length);
    sequences.add(sequencesRun);
    notFinite.add(dropped);
  }
}
