package dev.foresight.jobs.inspect;

import dev.foresight.export.WholeModel;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.model.Model;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Looks at a model folder and reads no weights. */
@Command(
    name = "inspect",
    description =
        "Blocks, roles, linears and sizes of a model folder, and what it would weigh at each bit"
            + " width and group. Reads the headers only.",
    sortOptions = false)
public final class InspectCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--model",
      required = true,
      description = "Folder of float safetensors weights, local or on any Hadoop file system.")
  private String model;

  @Option(
      names = "--groups",
      split = ",",
      defaultValue = "32,64,128,0",
      description = "Group sizes to give sizes for, 0 for whole rows (default: ${DEFAULT-VALUE}).")
  private List<Integer> groups;

  @Override
  public Integer call() throws Exception {
    // no session: looking at headers should not take the seconds that Spark needs to start
    Configuration conf = SparkOptions.configuration();
    ModelFolder folder = ModelFolders.open(model, conf);
    WholeModel.require(folder);
    try (Model opened = Model.open(folder)) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(new ModelTable(opened).text());
      out.println();
      out.print(new PackedSizes(opened).table(groups));
      out.flush();
    }
    return 0;
  }
}
