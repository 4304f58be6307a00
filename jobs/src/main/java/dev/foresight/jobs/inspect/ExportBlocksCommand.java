package dev.foresight.jobs.inspect;

import dev.foresight.InputException;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockExport;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Gives the graphs away. */
@Command(
    name = "export-blocks",
    description =
        "Writes the blocks as ONNX files with external data, as this release runs them, and an"
            + " example of their inputs and outputs.",
    sortOptions = false)
public final class ExportBlocksCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, description = "Model folder, any Hadoop URI.")
  private String model;

  @Option(names = "--out", required = true, description = "Local folder to write into.")
  private String output;

  @Option(
      names = "--precision",
      defaultValue = "FP32",
      description = "${COMPLETION-CANDIDATES}, of the linears (default: ${DEFAULT-VALUE}).")
  private Precision precision;

  @Option(names = "--statistics", description = "Let the graphs measure the roles as well.")
  private boolean statistics;

  @Option(
      names = "--example-length",
      defaultValue = "16",
      description = "Tokens of each of the example's two sequences (default: ${DEFAULT-VALUE}).")
  private int exampleLength;

  @Option(names = "--overwrite", description = "Replace a folder that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    Configuration conf = SparkOptions.configuration();
    Path local = Locations.local("--out", output);
    Footprint footprint =
        Settings.footprint(spec)
            .reads("--model", model)
            .writesFolder("--out", "file:" + local, FolderKind.BLOCKS, overwrite);
    footprint.check(conf);
    TargetFolder target = footprint.folder("--out", conf);
    ModelFolder folder = ModelFolders.open(Locations.qualify(model, conf), conf);
    try (Model opened = ExportedCheckpoints.model(folder)) {
      target.prepare();
      try {
        export(opened, local, spec.commandLine().getOut());
        target.commit();
      } catch (InputException e) {
        target.takeBack();
        throw e;
      }
    }
    return 0;
  }

  private void export(Model opened, Path folder, PrintWriter out) throws IOException {
    BlockExport export =
        new BlockExport(opened, precision, statistics ? Statistics.all() : List.of());
    long bytes = 0;
    for (int block = 0; block < opened.config().blocks(); block++) {
      bytes += export.block(block, folder);
    }
    export.example(exampleLength, folder);
    out.printf(
        Locale.ROOT,
        "Wrote %d blocks (%,d bytes) and %s into %s%n",
        opened.config().blocks(),
        bytes,
        BlockExport.EXAMPLE,
        output);
    out.flush();
  }
}
