package dev.foresight.jobs.calibrate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.Words;
import dev.foresight.drift.Coverage;
import dev.foresight.jobs.cli.Machine;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.jobs.cli.Version;
import dev.foresight.model.Role;
import dev.foresight.spark.calibrate.PackedText;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.SkippedSequence;
import dev.foresight.spark.store.StoredShard;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.package$;

/**
 * What {@code report.json} says of the store and {@code run.json} of the run. The report follows
 * from what the store holds alone; when, where and how long is in run.json.
 */
public final class CalibrationReport {
  private final Manifest manifest;
  private final CalibrationTimes times;
  private final List<PackedText> packed;
  private final List<PackedShard> added;

  /**
   * @param manifest the store after the run
   * @param packed the shards of the run's corpus
   * @param added those of them that it added
   */
  CalibrationReport(
      Manifest manifest, CalibrationTimes times, List<PackedText> packed, List<PackedShard> added) {
    this.manifest = manifest;
    this.times = times;
    this.packed = packed;
    this.added = added;
  }

  void write(OutputFolder store, PrintWriter out) throws IOException {
    store.json("report.json", report());
    store.json("run.json", run());
    print(store.location(), out);
  }

  private ObjectNode report() throws IOException {
    ObjectNode report = Json.MAPPER.createObjectNode();
    report.put("writer", "foresight");
    report.put("foresight", Version.of("foresight"));
    report.set("model", Json.MAPPER.valueToTree(manifest.model()));
    report.set("packing", Json.MAPPER.valueToTree(manifest.packing()));
    report.set("sketch", Json.MAPPER.valueToTree(manifest.sketch()));
    report.set("onnxruntime", Json.MAPPER.valueToTree(manifest.runtimes()));
    report.set("cpus", Json.MAPPER.valueToTree(manifest.cpus()));
    ObjectNode shards = report.putObject("shards");
    for (StoredShard stored : manifest.stored()) {
      ObjectNode shard = Json.MAPPER.valueToTree(stored.shard());
      shard.put("slices", stored.slices().size());
      shard.put("compacted_slices", stored.compactedSlices());
      shard.put("used_sequences", stored.usedSequences());
      shard.put("used_tokens", tokens(stored));
      ArrayNode skipped = shard.putArray("skipped_sequences");
      for (SkippedSequence sequence : stored.skipped()) {
        skipped.add(Json.MAPPER.<JsonNode>valueToTree(sequence));
      }
      shards.set(stored.id(), shard);
    }
    report.put("tokens", manifest.stored().stream().mapToLong(this::tokens).sum());
    warnings(manifest).forEach(report.putArray("warnings")::add);
    return report;
  }

  private long tokens(StoredShard shard) {
    return shard.usedSequences() * manifest.packing().sequenceLength();
  }

  /** What a reader of the store should know before trusting it. */
  public static List<String> warnings(Manifest manifest) {
    List<String> warnings = new ArrayList<>();
    if (manifest.cpus().size() > 1) {
      warnings.add(
          Words.format(
              "Slices ran on %d kinds of CPU (%s), which may differ in the last bits.",
              manifest.cpus().size(), String.join("; ", manifest.cpus())));
    }
    if (manifest.runtimes().size() > 1) {
      warnings.add(
          Words.format(
              "Slices ran on onnxruntime %s, which may differ in the last bits.",
              String.join(" and ", manifest.runtimes())));
    }
    long tokens =
        manifest.stored().stream().mapToLong(StoredShard::usedSequences).sum()
            * manifest.packing().sequenceLength();
    for (Map.Entry<Role, Integer> role : manifest.fingerprint().channels().entrySet()) {
      if (tokens < (long) Coverage.THIN * role.getValue()) {
        warnings.add(
            Words.format(
                "%s has %,d channels, seen by %,d tokens only: its means are thin, calibrate more text.",
                role.getKey().key(), role.getValue(), tokens));
      }
    }
    return warnings;
  }

  private ObjectNode run() throws IOException {
    ObjectNode run = Json.MAPPER.createObjectNode();
    run.put("finished", Instant.now().toString());
    run.put("host", Machine.hostName());
    run.put("packing_seconds", times.packingSeconds());
    run.put("calibration_seconds", times.calibrationSeconds());
    run.put("tokens", addedTokens());
    run.put("reused_slices", times.reusedSlices());
    run.set("added", Json.MAPPER.valueToTree(added.stream().map(PackedShard::id).toList()));
    run.set(
        "too_short",
        Json.MAPPER.valueToTree(
            packed.stream()
                .map(PackedText::shard)
                .filter(shard -> shard.sequences() == 0)
                .map(PackedShard::id)
                .toList()));
    run.put("java", Runtime.version().toString());
    run.put("spark", package$.MODULE$.SPARK_VERSION());
    run.put("onnxruntime", Version.of("onnxruntime"));
    return run;
  }

  private long addedTokens() {
    long sequences =
        manifest.stored().stream()
            .filter(shard -> added.contains(shard.shard()))
            .mapToLong(StoredShard::usedSequences)
            .sum();
    return (sequences - times.reusedSequences()) * manifest.packing().sequenceLength();
  }

  private void print(String root, PrintWriter out) {
    manifest.stored().stream()
        .filter(shard -> added.contains(shard.shard()))
        .forEach(
            shard ->
                shard
                    .skipped()
                    .forEach(
                        s ->
                            out.printf(
                                Locale.ROOT,
                                "Left out: shard %s, sequence %d: %s of block %d is not finite%n",
                                shard.id(),
                                s.sequence(),
                                s.place(),
                                s.block())));
    if (times.reusedSlices() > 0) {
      out.printf(
          Locale.ROOT, "Took over %,d slices of a run that did not end%n", times.reusedSlices());
    }
    if (added.isEmpty()) {
      out.printf(Locale.ROOT, "Nothing to run: %s has all these shards already%n", root);
    } else {
      double seconds = times.calibrationSeconds();
      out.printf(
          Locale.ROOT,
          "Calibrated %,d tokens in %.1f s (%.0f tokens/s, packing %.1f s) into %s%n",
          addedTokens(),
          seconds,
          addedTokens() / seconds,
          times.packingSeconds(),
          root);
    }
    warnings(manifest).forEach(warning -> out.println("Note: " + warning));
    out.flush();
  }
}
