package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Searches scales under the sketches' importance, rounds, and writes a model folder. */
@Command(
    name = "quantize",
    description = "Quantizes a model under a sketch store; never runs the model.",
    sortOptions = false)
public final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;
  @Mixin private PlanOptions plan;

  @Option(names = "--model", required = true, description = "Folder of the float model.")
  private String model;

  @Option(names = "--sketches", description = "Sketch store of that model; not needed for rtn.")
  private String sketches;

  @Option(names = "--out", required = true, description = "Folder to write.")
  private String output;

  @Option(names = "--overwrite", description = "Replace a folder that is there.")
  private boolean overwrite;

  @Override
  public Integer call() throws Exception {
    if (plan.needsSketches() && sketches == null) {
      throw new InputException(
          plan.method().needsSketches()
              ? Words.format(
                  "--method %s needs --sketches: run calibrate first, or use --method rtn.",
                  plan.method())
              : "--rounding compensated needs --sketches: run calibrate first, or round to nearest.");
    }
    Footprint footprint =
        QuantizeJob.footprint(Settings.footprint(spec), model, sketches, output, overwrite);
    plan.addInputs(footprint);
    try (SparkRun held = spark.open("quantize", footprint)) {
      SparkSession session = held.session();
      Configuration conf = session.sparkContext().hadoopConfiguration();
      ModelFolder folder = ModelFolders.open(Locations.qualify(model, conf), conf);
      QuantizationPlan asked;
      try (Model opened = ExportedCheckpoints.model(folder)) {
        asked = plan.plan(opened);
      }
      new QuantizeJob(session, spec.commandLine().getOut())
          .run(new QuantizeJob.Request(model, sketches, output, asked, overwrite));
    }
    return 0;
  }
}
