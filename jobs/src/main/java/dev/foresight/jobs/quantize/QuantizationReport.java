package dev.foresight.jobs.quantize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.export.CompanionFiles;
import dev.foresight.export.Containers;
import dev.foresight.export.OutsideTensors;
import dev.foresight.importance.Normalization;
import dev.foresight.importance.Window;
import dev.foresight.jobs.cli.Machine;
import dev.foresight.jobs.cli.Version;
import dev.foresight.model.Model;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.PlanJson;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.apache.spark.package$;

/**
 * What {@code report.json} and {@code run.json} say. The report is the same for any number of
 * executors; when, where and how long is in run.json alone.
 */
final class QuantizationReport {
  private static final int SHOWN = 5; // names in one line

  private final QuantizeJob.Request request;
  private final QuantizationPlan plan;
  private final Grid grid;
  private final ModelFingerprint fingerprint;
  private final Optional<Manifest> manifest;
  private final Optional<SketchSelection> selection;
  private List<QuantizedBlock> blocks = List.of();
  private long bytes;
  private int takenOver;
  private List<String> copied = List.of();
  private SortedMap<String, WrittenFile> files = new TreeMap<>();
  private List<String> left = List.of();
  private final List<String> notes = new ArrayList<>();

  QuantizationReport(
      QuantizeJob.Request request,
      ModelFingerprint fingerprint,
      Optional<Manifest> manifest,
      Optional<SketchSelection> selection) {
    this.request = request;
    this.plan = request.plan();
    this.grid = plan.grids().common();
    this.fingerprint = fingerprint;
    this.manifest = manifest;
    this.selection = selection;
  }

  /** Adds what tasks reported, and the size of all weight files. */
  void add(List<QuantizedBlock> done, long allBytes) {
    blocks = done;
    bytes = allBytes;
  }

  /** Adds all files that are the same for any number of executors. */
  void wrote(SortedMap<String, WrittenFile> allFiles) {
    files = allFiles;
  }

  /** Tells what a user may not expect of the model, and what is copied of it without being read. */
  void tookFrom(Model model, OutsideTensors outside) {
    notes.addAll(model.notes());
    copied = outside.others();
    if (model.untied()) {
      notes.add(
          outside.ownHead()
              ? "The written config.json says tie_word_embeddings false: head and embedding differ."
              : "Head and embedding are equal, and written once.");
    }
    if (!copied.isEmpty() && !model.config().part()) {
      notes.add(
          Words.format(
              "Copied as they are, though no part of a %s model reads them: %s%s.",
              model.config().modelType(),
              String.join(", ", copied.subList(0, Math.min(SHOWN, copied.size()))),
              copied.size() > SHOWN ? " … (all in report.json)" : ""));
    }
  }

  /**
   * Tells what lies beside the original's weights.
   *
   * @param folderNotes what a user should know of the folder, a sentence each
   */
  void beside(CompanionFiles companions, List<String> folderNotes) {
    left = companions.left();
    notes.addAll(folderNotes);
  }

  /** Tells how many blocks an earlier run, which was killed, had finished. */
  void tookOver(int finished) {
    takenOver = finished;
  }

  /** Whose weights were quantized. */
  ModelFingerprint model() {
    return fingerprint;
  }

  /** What tasks reported, by block. */
  List<QuantizedBlock> blocks() {
    return blocks;
  }

  /** Size of all weight files. */
  long bytes() {
    return bytes;
  }

  /** What the linears without an override are rounded to. */
  Grid grid() {
    return grid;
  }

  /** What each shard of the sketches counts for, none where nothing was searched. */
  Optional<JsonNode> shards() throws IOException {
    return Optional.ofNullable(report().at("/calibration/shards")).filter(JsonNode::isObject);
  }

  /** The window that was chosen; that of a method without one looks nowhere. */
  Window window() {
    return plan.window().window();
  }

  /** Whether the data choose the blend: one shard has no disagreement to learn it from. */
  boolean adaptive() {
    return plan.window().adaptive() && selection.orElseThrow().tokens().size() > 1;
  }

  ObjectNode report() throws IOException {
    ObjectNode report = Json.MAPPER.createObjectNode();
    report.put("writer", "foresight");
    report.put("foresight", Version.of("foresight"));
    report.set("model", Json.MAPPER.valueToTree(fingerprint));
    PlanJson.write(plan, report);
    if (manifest.isPresent() && selection.isPresent()) {
      ObjectNode calibration = report.putObject("calibration");
      addCalibration(calibration, manifest.get(), selection.get());
      if (plan.window().adaptive()) {
        calibration.put("blend_from", adaptive() ? "data" : "window");
      }
    }
    ObjectNode result = report.putObject("result");
    result.put("weight_bytes", bytes);
    putSum(result, "loss_rounded", LinearReport::roundLoss);
    putSum(result, "loss_final", LinearReport::finalLoss);
    if (!copied.isEmpty()) {
      copied.forEach(report.putArray("copied")::add);
    }
    report.set("files", Json.MAPPER.valueToTree(files));
    left.forEach(report.putArray("left_behind")::add);
    warnings().forEach(report.putArray("warnings")::add);
    return report;
  }

  private List<String> warnings() {
    List<String> warnings =
        new ArrayList<>(
            Containers.named(plan.container()).warnings(grid, plan.grids().others().values()));
    warnings.addAll(notes);
    return warnings;
  }

  private static void addCalibration(
      ObjectNode node, Manifest manifest, SketchSelection selection) {
    node.set("packing", Json.MAPPER.valueToTree(manifest.packing()));
    node.put("first_position", name(selection.firstPosition()));
    node.put("search_rows", selection.rows());
    ObjectNode shards = node.putObject("shards");
    manifest.shards().stream()
        .filter(shard -> selection.tokens().containsKey(shard.id()))
        .forEach(
            shard -> {
              long[] tokens = selection.tokens().get(shard.id());
              ObjectNode entry = shards.putObject(shard.id());
              entry.put("weight", selection.weights().getOrDefault(shard.id(), 1.0));
              entry.put("sequences", tokens[0]);
              entry.put("tokens", tokens[0] + tokens[1]);
              entry.put("sha256", shard.sha256());
            });
  }

  private void putSum(ObjectNode node, String name, ToDoubleFunction<LinearReport> value) {
    double sum = blocks.stream().flatMap(b -> b.linears().stream()).mapToDouble(value).sum();
    if (!Double.isNaN(sum)) {
      node.put(name, sum);
    }
  }

  /**
   * What differs from run to run.
   *
   * @param tables files of the tables
   */
  ObjectNode run(double seconds, SortedMap<String, WrittenFile> tables) throws IOException {
    ObjectNode run = Json.MAPPER.createObjectNode();
    run.put("finished", Instant.now().toString());
    run.put("host", Machine.hostName());
    run.put("seconds", seconds);
    run.put("task_seconds", blocks.stream().mapToDouble(QuantizedBlock::seconds).sum());
    run.put("java", Runtime.version().toString());
    run.put("spark", package$.MODULE$.SPARK_VERSION());
    run.put("onnxruntime", Version.of("onnxruntime"));
    run.set("files", Json.MAPPER.valueToTree(tables));
    return run;
  }

  void print(PrintWriter out, double seconds) {
    if (plan.method().looksAhead()) {
      Window w = window();
      out.printf(
          Locale.ROOT,
          "Window: %s (blend %s, blocks %d, weights %s, normalization %s, roles %s)%n",
          plan.window().source(),
          adaptive() ? "from the data" : w.blend(),
          w.blocks(),
          w.weights().key(),
          adaptive() ? Normalization.LOG.key() : w.normalization().key(),
          w.roles().key());
      if (plan.window().adaptive() && !adaptive()) {
        out.println(
            "Note: only one shard counts, and its disagreement with others is what faq-adaptive"
                + " learns from: the window's own blend is used.");
      }
    }
    warnings().forEach(warning -> out.println("Note: " + warning));
    if (!left.isEmpty()) {
      out.printf(
          Locale.ROOT,
          "Left behind, not read together with these weights: %s%n",
          String.join(", ", left));
    }
    if (plan.search().rounding().propagates()) {
      out.println(
          "Propagated: each block is quantized for what those before it send, for which the store's"
              + " text ran through the blocks once more.");
    }
    if (takenOver > 0) {
      out.printf(Locale.ROOT, "Took over %d blocks of a run that did not finish%n", takenOver);
    }
    plan.grids()
        .overridden()
        .forEach(
            (rule, linears) ->
                out.printf(Locale.ROOT, "Override %s: %d linears%n", rule, linears.size()));
    out.printf(
        Locale.ROOT,
        "Quantized %d blocks by %s to %d bits, groups of %d, %s: %,d bytes in %.1f s into %s%n",
        blocks.size(),
        plan.method().key(),
        grid.bits(),
        grid.group(),
        grid.symmetric() ? "symmetric" : "asymmetric",
        bytes,
        seconds,
        request.output());
    out.flush();
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
