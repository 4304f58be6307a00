package dev.foresight.jobs.sketches;

import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.export.imatrix.ImatrixFormat;
import dev.foresight.export.imatrix.ImportanceMatrix;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.SketchesOf;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Merges a store's sums, one task a block, and writes them as one file. */
final class ExportImatrixJob {
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final PrintWriter out;

  ExportImatrixJob(SparkSession session, PrintWriter out) {
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.out = out;
  }

  /**
   * Writes the file.
   *
   * @param output what messages call it
   * @throws dev.foresight.InputException if anything is refused; nothing is written then
   */
  void run(
      String sketches,
      String location,
      OutputFile file,
      String output,
      ImatrixFormat format,
      DataChoice data)
      throws IOException {
    ModelFolder folder = ModelFolders.open(Locations.qualify(location, conf), conf);
    try (Model model = ExportedCheckpoints.model(folder)) {
      Manifest manifest = SketchesOf.model(location, ModelFingerprint.of(folder), sketches, conf);
      SketchSelection selection =
          DataSelection.of(data, Locations.qualify(sketches, conf), manifest);
      spark.setJobGroup(
          "export-imatrix", Words.format("Merge the sums of %d blocks", manifest.blocks()));
      List<Map<Role, double[]>> meanSquare =
          spark
              .parallelize(
                  IntStream.range(0, manifest.blocks()).boxed().toList(), manifest.blocks())
              .map(new BlockMoments(selection, new SerializableConfiguration(conf)))
              .collect()
              .stream()
              .map(Moments::meanSquare)
              .toList();
      double counted = 0; // as the weights count them, like the sums
      for (Map.Entry<String, long[]> shard : selection.tokens().entrySet()) {
        long[] t = shard.getValue();
        counted +=
            selection.weights().getOrDefault(shard.getKey(), 1.0)
                * (t[1] + (selection.firstPosition() == FirstPosition.INCLUDE ? t[0] : 0));
      }
      long tokens = Math.round(counted);
      ImportanceMatrix matrix =
          ImportanceMatrix.of(
              model,
              meanSquare,
              tokens,
              manifest.packing().sequenceLength(),
              List.copyOf(selection.tokens().keySet()));
      file.write(stream -> format.write(matrix, stream));
      out.printf(
          Locale.ROOT,
          "Wrote the importance of %d weights over %,d tokens into %s%n",
          matrix.meanSquare().size(),
          tokens,
          output);
      out.flush();
    }
  }
}
