package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.CompanionFiles;
import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.export.KeptInFloat;
import dev.foresight.export.OutsideTensors;
import dev.foresight.export.WeightFiles;
import dev.foresight.export.WrittenConfig;
import dev.foresight.importance.Importance;
import dev.foresight.importance.Window;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.FolderNotes;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.jobs.cli.SketchesOf;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.GridOverrides;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.quantize.BlockQuantization;
import dev.foresight.spark.quantize.BlockQuantization.Plan;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.UnfinishedOutput;
import dev.foresight.spark.store.DataChoice;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchSelection;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.SafetensorsWriter;
import dev.foresight.tensor.ShardedCheckpoint;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** Sketches to a model folder: one task a block, and no forward pass. */
public final class QuantizeJob {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final SerializableConfiguration serializable;
  private final PrintWriter out;

  public QuantizeJob(SparkSession session, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.serializable = new SerializableConfiguration(conf);
    this.out = out;
  }

  /**
   * What is asked for.
   *
   * @param sketches the store, none where nothing is searched
   * @param symmetric whether zero points are fixed
   * @param symmetricStep how steps are then taken
   * @param overrides other widths and groups for some linears
   * @param data which part of the store counts
   */
  public record Request(
      String model,
      Optional<String> sketches,
      String output,
      QuantizeCommand.Method method,
      Container container,
      int bits,
      int group,
      boolean symmetric,
      SymmetricStep symmetricStep,
      GridOverrides overrides,
      SearchSettings search,
      WindowOptions window,
      DataChoice data,
      int searchRows,
      boolean overwrite) {

    /** What is read and written. */
    public Footprint footprint() {
      return footprint(new Footprint());
    }

    /** The same, added to what else the command reads. */
    public Footprint footprint(Footprint footprint) {
      addInputs(footprint);
      return footprint.writesFolder("--out", output, FolderKind.MODEL, overwrite);
    }

    /** What is read alone. */
    public void addInputs(Footprint footprint) {
      footprint.reads("--model", model).reads("--sketches", sketches.orElse(null));
      window.entry().ifPresent(file -> footprint.readsLocal("--presearched", file));
    }

    /** The same of another part of the store, into another folder, which may be replaced. */
    public Request of(DataChoice part, String folder) {
      return new Request(
          model,
          sketches,
          folder,
          method,
          container,
          bits,
          group,
          symmetric,
          symmetricStep,
          overrides,
          search,
          window,
          part,
          searchRows,
          true);
    }
  }

  /**
   * Writes a model folder.
   *
   * @throws InputException if anything is refused; what this run began is then left without a trace
   */
  public void run(Request request) throws IOException {
    long started = System.nanoTime();
    String location = Locations.qualify(request.model(), conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    OutputFolder output = new OutputFolder(request.footprint().folder("--out", conf));
    try (Model model = Model.of(folder, ExportedCheckpoints.open(folder))) {
      ObjectNode config = (ObjectNode) Json.MAPPER.readTree(model.config().json());
      WrittenConfig.requireFloat(request.model(), config);
      CompanionFiles companions = CompanionFiles.of(folder, config);
      ModelGrids grids = GridPlan.of(request, model);
      ModelFingerprint fingerprint = ModelFingerprint.of(folder);
      Optional<Manifest> manifest = manifest(request, fingerprint);
      Optional<SketchSelection> selection =
          manifest.isEmpty() ? Optional.empty() : Optional.of(select(request, manifest.get()));
      Presearched window = window(request, model.config());
      QuantizationReport report =
          new QuantizationReport(request, grids, fingerprint, manifest, selection, window);
      OutsideTensors outside = OutsideTensors.of(model);
      report.tookFrom(model, outside);
      if (outside.ownHead()) {
        WrittenConfig.untie(config);
      }
      report.beside(companions, FolderNotes.of(folder, config));
      prepare(request, output, report.plan());
      try {
        Plan plan =
            new Plan(
                location,
                output.location(),
                request.container().name(),
                grids,
                request.search(),
                selection.orElse(null));
        quantize(plan, model, folder, config, outside, companions, output, report);
        double seconds = (System.nanoTime() - started) / 1e9;
        output.text(ModelCard.FILE, ModelCard.of(name(folder), request, report));
        report.wrote(output.written());
        output.json("foresight/run.json", report.run(seconds, output.tables()));
        output.json("report.json", report.report());
        output.target().commit();
        report.print(out, seconds);
      } catch (Exception e) { // Spark throws checked exceptions that it does not declare
        if (ErrorHandler.refusal(e).isPresent()) {
          output.target().takeBack();
        }
        throw e;
      }
    }
  }

  /** The last part of the model's location, also where it was given as {@code .}. */
  private static String name(ModelFolder folder) {
    String[] parts = new Path(folder.location()).toUri().normalize().getPath().split("/");
    return parts.length == 0 ? "model" : parts[parts.length - 1];
  }

  /** Goes on where a killed run with the same plan stopped; refuses any other folder in use. */
  private void prepare(Request request, OutputFolder output, ObjectNode plan) throws IOException {
    UnfinishedOutput unfinished = new UnfinishedOutput(output.location());
    String text = Json.MAPPER.writeValueAsString(plan);
    if (!unfinished.isOf(text, conf)) {
      output.target().prepare();
      unfinished.begin(text, conf);
    }
  }

  /**
   * All that decides what {@link #run} writes, without writing it; where a store counts, the hash
   * of the sketches included.
   *
   * @param model of the request
   * @throws InputException as {@link #run} does for settings, store or data that don't fit
   */
  public ObjectNode identity(Request request, Model model, ModelFingerprint fingerprint)
      throws IOException {
    ModelGrids grids = GridPlan.of(request, model);
    Optional<Manifest> manifest = manifest(request, fingerprint);
    Optional<SketchSelection> selection =
        manifest.isEmpty() ? Optional.empty() : Optional.of(select(request, manifest.get()));
    return new QuantizationReport(
            request, grids, fingerprint, manifest, selection, window(request, model.config()))
        .plan();
  }

  private Optional<Manifest> manifest(Request request, ModelFingerprint fingerprint)
      throws IOException {
    return request.sketches().isEmpty()
        ? Optional.empty()
        : Optional.of(
            SketchesOf.model(request.model(), fingerprint, request.sketches().get(), conf));
  }

  private SketchSelection select(Request request, Manifest manifest) throws IOException {
    return request
        .data()
        .select(
            Locations.qualify(request.sketches().orElseThrow(), conf),
            manifest,
            request.searchRows());
  }

  private static Presearched window(Request request, ModelConfig config) throws IOException {
    if (!request.method().looksAhead()) {
      return new Presearched("none", Window.none());
    }
    Presearched rest = Presearched.choose(request.window().presearched(), config);
    return new Presearched(rest.name(), request.window().over(rest.window()));
  }

  private void quantize(
      Plan plan,
      Model model,
      ModelFolder folder,
      ObjectNode config,
      OutsideTensors outside,
      CompanionFiles companions,
      OutputFolder output,
      QuantizationReport report)
      throws IOException {
    int blocks = model.config().blocks();
    WeightFiles files = new WeightFiles(blocks);
    // first, so that what can't be written is refused before the blocks take their time
    long outsideBytes = writeOutside(plan, model, outside, files, output);
    List<Integer> numbers = IntStream.range(0, blocks).boxed().toList();
    List<Scores> scores = new ArrayList<>();
    if (plan.selection() != null) {
      spark.setJobGroup("importance", Words.format("Merge the sums of %d blocks", blocks));
      List<Moments> moments =
          spark
              .parallelize(numbers, blocks)
              .map(new BlockMoments(plan.selection(), serializable))
              .collect();
      List<Map<Role, double[]>> fused = fuse(moments, report);
      for (int block = 0; block < blocks; block++) {
        scores.add(new Scores(fused.get(block), moments.get(block).meanSquare()));
      }
      output.table(
          session,
          "foresight/importance",
          QuantizationTables.importance(moments, fused),
          QuantizationTables.IMPORTANCE);
      for (int block = 0; block < blocks; block++) {
        output.text(
            ImportancePlot.file(block, blocks),
            ImportancePlot.svg(block, moments.get(block).meanAbs(), fused.get(block)));
      }
    }
    var finished = new UnfinishedOutput(plan.output()).blocks(numbers, conf);
    report.tookOver(finished.size());
    List<Integer> missing =
        numbers.stream().filter(number -> !finished.containsKey(number)).toList();
    spark.setJobGroup(
        "quantize",
        Words.format("Quantize %d blocks to %d bits", blocks, plan.grids().common().bits()));
    var broadcast = spark.broadcast(scores);
    if (!missing.isEmpty()) {
      spark
          .parallelize(missing, missing.size())
          .map(new BlockQuantization(plan, broadcast, serializable))
          .collect()
          .forEach(block -> finished.put(block.block(), block));
    }
    broadcast.destroy();
    List<QuantizedBlock> done = List.copyOf(finished.values());
    output.table(
        session,
        "foresight/quantization",
        QuantizationTables.quantization(done),
        QuantizationTables.QUANTIZATION);
    long bytes = outsideBytes + done.stream().mapToLong(block -> block.written().bytes()).sum();
    writeRest(plan, model, folder, config, files, companions, output, done);
    report.add(done, bytes);
  }

  /** With one shard there is no disagreement to learn from: the window's own blend is used. */
  private static List<Map<Role, double[]>> fuse(List<Moments> moments, QuantizationReport report) {
    List<Map<Role, double[]>> meanAbs = moments.stream().map(Moments::meanAbs).toList();
    List<Map<Role, double[]>> spread = moments.stream().map(Moments::spread).toList();
    return report.adaptive()
        ? Importance.fuseAdaptively(meanAbs, spread, report.window())
        : Importance.fuse(meanAbs, report.window());
  }

  /** The file with all that lies outside the blocks; gives its length in bytes. */
  private static long writeOutside(
      Plan plan, Model model, OutsideTensors outside, WeightFiles files, OutputFolder output)
      throws IOException {
    Container container = Containers.named(plan.container());
    List<NamedTensor> tensors =
        outside.names().stream()
            .map(name -> WeightFiles.inFloat(model.checkpoint(), name, container))
            .toList();
    files.add(files.outside(), tensors);
    long[] bytes = new long[1];
    output.write(files.outside(), stream -> bytes[0] = SafetensorsWriter.write(tensors, stream));
    return bytes[0];
  }

  /** The index and config of what was written, and the files taken over. */
  private static void writeRest(
      Plan plan,
      Model model,
      ModelFolder folder,
      ObjectNode config,
      WeightFiles files,
      CompanionFiles companions,
      OutputFolder output,
      List<QuantizedBlock> done)
      throws IOException {
    Container container = Containers.named(plan.container());
    for (QuantizedBlock block : done) {
      output.note(block.file(), block.written());
      block.tensors().forEach(tensor -> files.add(block.file(), tensor));
    }
    output.text(ShardedCheckpoint.INDEX, files.index());
    List<String> kept = KeptInFloat.of(model, plan.grids().floats());
    output.text(
        ModelConfig.FILE,
        WrittenConfig.text(folder.location(), config, container, plan.grids(), kept));
    output.texts(container.sideFiles(plan.grids().common(), kept));
    output.copy(folder, companions.copied());
  }
}
