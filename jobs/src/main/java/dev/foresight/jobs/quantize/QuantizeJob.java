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
import dev.foresight.importance.TokenWeighting;
import dev.foresight.importance.TokenWeights;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.FolderNotes;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.jobs.cli.SketchesOf;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.io.UnfinishedOutput;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.quantize.BlockQuantization;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.spark.quantize.BlockTokens;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
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
import java.util.TreeMap;
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
   * @param sketches the store, null where nothing is learnt from one
   * @param overwrite whether a folder that is there may be replaced
   */
  public record Request(
      String model, String sketches, String output, QuantizationPlan plan, boolean overwrite) {

    /** What is read and written. */
    public Footprint footprint() {
      return QuantizeJob.footprint(new Footprint(), model, sketches, output, overwrite);
    }

    /** The same for another part of the store; null where the plan learns from none. */
    public Request of(DataChoice part) {
      return new Request(model, sketches, output, plan.with(part), overwrite);
    }

    /** The same into another folder, which may be replaced. */
    public Request into(String folder) {
      return new Request(model, sketches, folder, plan, true);
    }
  }

  /** What a request of these reads and writes, known before its plan is, added to another's. */
  public static Footprint footprint(
      Footprint footprint, String model, String sketches, String output, boolean overwrite) {
    return footprint
        .reads("--model", model)
        .reads("--sketches", sketches)
        .writesFolder("--out", output, FolderKind.MODEL, overwrite);
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
    try (Model model = ExportedCheckpoints.model(folder)) {
      ObjectNode config = (ObjectNode) Json.MAPPER.readTree(model.config().json());
      WrittenConfig.requireFloat(request.model(), config);
      CompanionFiles companions = CompanionFiles.of(folder, config);
      ModelFingerprint fingerprint = ModelFingerprint.of(folder);
      Optional<Manifest> manifest = manifest(request, fingerprint);
      Optional<SketchSelection> selection = select(request, manifest);
      ResultIdentity identity = new ResultIdentity(request.plan(), fingerprint, selection);
      QuantizationReport report = new QuantizationReport(request, fingerprint, manifest, selection);
      OutsideTensors outside = OutsideTensors.of(model);
      report.tookFrom(model, outside);
      if (outside.ownHead()) {
        WrittenConfig.untie(config);
      }
      report.beside(companions, FolderNotes.of(folder, config));
      prepare(request, output, identity);
      try {
        Task task = new Task(location, output.location(), request.plan(), selection.orElse(null));
        quantize(task, model, folder, config, outside, companions, output, manifest, report);
        double seconds = (System.nanoTime() - started) / 1e9;
        output.text(ModelCard.FILE, ModelCard.of(name(folder), request.plan(), report));
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
  private void prepare(Request request, OutputFolder output, ResultIdentity identity)
      throws IOException {
    UnfinishedOutput unfinished = new UnfinishedOutput(output.location());
    if (!unfinished.isOf(identity.text(), conf)) {
      output.target().prepare();
      unfinished.begin(identity.text(), conf);
    }
  }

  /**
   * What {@link #run} would write is known by this, without writing it.
   *
   * @throws InputException as {@link #run} does for a store or data that don't fit
   */
  public ResultIdentity identity(Request request, ModelFingerprint fingerprint) throws IOException {
    return new ResultIdentity(
        request.plan(), fingerprint, select(request, manifest(request, fingerprint)));
  }

  private Optional<Manifest> manifest(Request request, ModelFingerprint fingerprint)
      throws IOException {
    return request.plan().data().isEmpty()
        ? Optional.empty()
        : Optional.of(SketchesOf.model(request.model(), fingerprint, request.sketches(), conf));
  }

  private Optional<SketchSelection> select(Request request, Optional<Manifest> manifest)
      throws IOException {
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    QuantizationPlan plan = request.plan();
    return Optional.of(
        DataSelection.of(
            plan.data().orElseThrow(),
            Locations.qualify(request.sketches(), conf),
            manifest.get(),
            plan.needs(),
            plan.searchRows()));
  }

  private void quantize(
      Task task,
      Model model,
      ModelFolder folder,
      ObjectNode config,
      OutsideTensors outside,
      CompanionFiles companions,
      OutputFolder output,
      Optional<Manifest> manifest,
      QuantizationReport report)
      throws IOException {
    int blocks = model.config().blocks();
    WeightFiles files = new WeightFiles(blocks);
    // first, so that what can't be written is refused before the blocks take their time
    long outsideBytes = writeOutside(task.plan(), model, outside, files, output);
    List<Integer> numbers = IntStream.range(0, blocks).boxed().toList();
    List<Scores> scores = new ArrayList<>();
    if (task.selection() != null) {
      spark.setJobGroup("importance", Words.format("Merge the sums of %d blocks", blocks));
      List<Moments> moments =
          spark
              .parallelize(numbers, blocks)
              .map(new BlockMoments(task.selection(), serializable))
              .collect();
      List<Map<Role, double[]>> fused = fuse(moments, report);
      List<TokenWeights> tokens = tokens(task, numbers);
      for (int block = 0; block < blocks; block++) {
        scores.add(
            new Scores(
                fused.get(block),
                moments.get(block).meanSquare(),
                tokens.isEmpty() ? null : tokens.get(block)));
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
    TreeMap<Integer, QuantizedBlock> finished = finished(task.output(), numbers);
    report.tookOver(finished.size());
    List<Integer> missing =
        numbers.stream().filter(number -> !finished.containsKey(number)).toList();
    spark.setJobGroup(
        "quantize",
        Words.format("Quantize %d blocks to %d bits", blocks, task.plan().grids().common().bits()));
    var broadcast = spark.broadcast(scores);
    if (!missing.isEmpty() && task.plan().search().rounding().propagates()) {
      new PropagatedBlocks(spark, serializable, task, blocks, manifest.orElseThrow())
          .run(finished, broadcast);
    } else if (!missing.isEmpty()) {
      spark
          .parallelize(missing, missing.size())
          .map(new BlockQuantization(task, broadcast, serializable))
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
    writeRest(task.plan(), model, folder, config, files, companions, output, done);
    report.add(done, bytes);
  }

  /** How much the tokens of the rows count in each block, empty where all count alike. */
  private List<TokenWeights> tokens(Task task, List<Integer> blocks) {
    TokenWeighting weighting = task.plan().tokens();
    if (!weighting.weighs()) {
      return List.of();
    }
    spark.setJobGroup("tokens", Words.format("Read the tokens of %d blocks", blocks.size()));
    return TokenWeights.of(
        spark
            .parallelize(blocks, blocks.size())
            .map(new BlockTokens(task.selection(), serializable))
            .collect(),
        weighting);
  }

  /** What an earlier run of the same plan had finished, by block. */
  private TreeMap<Integer, QuantizedBlock> finished(String output, List<Integer> numbers)
      throws IOException {
    UnfinishedOutput unfinished = new UnfinishedOutput(output);
    TreeMap<Integer, QuantizedBlock> finished = new TreeMap<>();
    for (int number : numbers) {
      Optional<QuantizedBlock> block = unfinished.recorded(number, QuantizedBlock.class, conf);
      if (block.isPresent() && unfinished.has(block.get().file(), block.get().written(), conf)) {
        finished.put(number, block.get());
      }
    }
    return finished;
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
      QuantizationPlan plan,
      Model model,
      OutsideTensors outside,
      WeightFiles files,
      OutputFolder output)
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
      QuantizationPlan plan,
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
