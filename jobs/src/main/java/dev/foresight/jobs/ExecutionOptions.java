package dev.foresight.jobs;

import dev.foresight.spark.Execution;
import picocli.CommandLine.Option;

/** How blocks run on an executor. */
final class ExecutionOptions {
  @Option(
      names = "--memory",
      defaultValue = "RESIDENT",
      description =
          "resident keeps all blocks of a model in each executor, streaming only those at work"
              + " (default: ${DEFAULT-VALUE}).")
  private Execution.Memory memory;

  /** What tasks need to know. */
  Execution execution() {
    return new Execution(memory);
  }
}
