package dev.foresight.spark.store;

import dev.foresight.InputException;
import dev.foresight.model.Role;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.ModelFingerprint;
import dev.foresight.text.PackingSettings;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * What a sketch store holds, as {@code manifest.json} says it. Nothing in it depends on when or
 * where the job ran, but for {@code cpus}.
 *
 * @param format always {@link #FORMAT}
 * @param version always {@link #VERSION}
 * @param model whose activations these are
 * @param blocks blocks of the model
 * @param channels channels of each role's input
 * @param packing how text became sequences
 * @param sketch what a slice is and keeps
 * @param onnxruntime version that ran the blocks
 * @param cpus kinds of CPU that ran slices; more than one may differ in the last bits
 * @param shards by id
 * @param slices in order
 */
public record Manifest(
    String format,
    int version,
    ModelFingerprint model,
    int blocks,
    Map<Role, Integer> channels,
    PackingSettings packing,
    SketchSettings sketch,
    String onnxruntime,
    SortedSet<String> cpus,
    List<PackedShard> shards,
    List<Slice> slices) {
  /** What {@code format} says. */
  public static final String FORMAT = "foresight-sketches";

  /** The only version so far. */
  public static final int VERSION = 1;

  public Manifest {
    if (!FORMAT.equals(format) || version != VERSION) {
      throw new InputException(
          "The manifest is of format '%s' version %d; this release reads '%s' version %d."
              .formatted(format, version, FORMAT, VERSION));
    }
  }

  /**
   * A slice that has been run.
   *
   * @param shard its shard's id
   * @param index 0 for the first of the shard
   * @param firstSequence where it begins in the shard
   * @param sequences how many it has
   */
  public record Slice(String shard, int index, long firstSequence, int sequences)
      implements Serializable {}

  /** T of each chosen shard as (position 0, rest). */
  public long[] tokensOf(String shard) {
    long sequences =
        slices.stream().filter(s -> s.shard().equals(shard)).mapToLong(Slice::sequences).sum();
    return new long[] {sequences, sequences * (packing.sequenceLength() - 1)};
  }
}
