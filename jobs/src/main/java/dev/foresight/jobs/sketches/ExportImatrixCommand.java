package dev.foresight.jobs.sketches;

import dev.foresight.export.imatrix.ImatrixFormat;
import dev.foresight.jobs.cli.DataOptions;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.spark.io.Footprint;
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
public final class ExportImatrixCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private DataOptions data;

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

  @Option(names = "--overwrite", description = "Replace a file that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    Footprint footprint =
        Settings.footprint(spec)
            .reads("--sketches", sketches)
            .reads("--model", model)
            .writesFile("--out", output);
    OutputFile file = OutputFile.of(footprint, "--out", overwrite, StoreAccess.configuration());
    try (SparkRun held = spark.open("export-imatrix", footprint)) {
      SparkSession session = held.session();
      new ExportImatrixJob(session, spec.commandLine().getOut())
          .run(sketches, model, file, output, format, data.choice());
    }
    return 0;
  }
}
