package dev.foresight.jobs.calibrate;

import dev.foresight.spark.store.FinishedSlice;
import java.util.Collection;

/** When the parts of a calibration ended, and what it did not have to run. */
final class CalibrationTimes {
  private final long started = System.nanoTime();
  private long packed = started;
  private long calibrated = started;
  private long reusedSlices;
  private long reusedSequences;

  /** All text is in sequences. */
  void packed() {
    packed = System.nanoTime();
  }

  /** All is committed. */
  void calibrated() {
    calibrated = System.nanoTime();
  }

  /** Slices that a killed run had finished. */
  void reused(Collection<FinishedSlice> finished) {
    reusedSlices = finished.size();
    reusedSequences = finished.stream().mapToLong(done -> done.slice().sequences()).sum();
  }

  double packingSeconds() {
    return (packed - started) / 1e9;
  }

  double calibrationSeconds() {
    return (calibrated - packed) / 1e9;
  }

  long reusedSlices() {
    return reusedSlices;
  }

  long reusedSequences() {
    return reusedSequences;
  }
}
