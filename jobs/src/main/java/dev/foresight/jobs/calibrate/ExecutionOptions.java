package dev.foresight.jobs.calibrate;

import dev.foresight.onnx.Device;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.spark.calibrate.Execution;
import picocli.CommandLine.Option;

/** How blocks run on an executor. */
public final class ExecutionOptions {
  @Option(
      names = "--memory",
      defaultValue = "RESIDENT",
      description =
          "resident keeps all blocks of a model open in each executor, streaming only those at work"
              + " (default: ${DEFAULT-VALUE}).")
  private Execution.Memory memory;

  @Option(
      names = "--cache",
      description =
          "Local folder of converted blocks, shared by all executors of a host and kept for later"
              + " runs (default: in Spark's local folder, gone when the application ends).")
  private String cache;

  @Option(
      names = "--device",
      defaultValue = "cpu",
      description = "What runs the blocks; this release knows the CPU (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--precision",
      defaultValue = "FP32",
      description =
          "${COMPLETION-CANDIDATES}: arithmetic of the linears; int8 is faster and takes a quarter"
              + " of the memory, about 1 %% off at each linear (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  /**
   * What tasks need to know.
   *
   * @throws dev.foresight.InputException if the device is not there
   */
  public Execution execution() {
    Device.require(device);
    return new Execution(memory, precision, cache);
  }
}
