package dev.foresight.jobs;

import dev.foresight.export.ImatrixFormat;
import dev.foresight.sketch.FirstPosition;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sketches to the importance matrix of llama.cpp's quantizer. */
@Command(
    name = "export-imatrix",
    description = "Writes a store's E[x²] as an importance matrix for llama-quantize.",
    sortOptions = false)
final class ExportImatrixCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Option(names = "--sketches", required = true, description = "Sketch store of the model.")
  private String sketches;

  @Option(names = "--model", required = true, description = "Folder of the float model.")
  private String model;

  @Option(names = "--out", required = true, description = "File to write.")
  private String output;

  @Option(
      names = "--format",
      defaultValue = "GGUF",
      description =
          "${COMPLETION-CANDIDATES}: llama.cpp's file, or that of its older releases (default:"
              + " gguf).")
  private ImatrixFormat format;

  @Option(
      names = "--shards",
      split = ",",
      description = "Shards of the store that count (default: all).")
  private List<String> shards = List.of();

  @Option(
      names = "--first-position",
      defaultValue = "INCLUDE",
      description =
          "Whether position 0 of a sequence counts: ${COMPLETION-CANDIDATES} (default: include).")
  private FirstPosition firstPosition;

  @Option(names = "--overwrite", description = "Replace a file that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    try (SparkSession session = spark.open("export-imatrix")) {
      new ExportImatrixJob(session, spec.commandLine().getOut())
          .run(sketches, model, output, format, shards, firstPosition, overwrite);
    }
    return 0;
  }
}
