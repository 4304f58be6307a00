package dev.foresight.spark;

import dev.foresight.model.Role;
import dev.foresight.onnx.BatchStatistics;
import dev.foresight.onnx.RowSelection;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.sketch.SampledPlaces;
import dev.foresight.sketch.SampledPlaces.Place;
import dev.foresight.sketch.SampledRow;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.sketch.SliceId;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task of one slice: runs all blocks over its sequences and writes its sums and rows. Nothing
 * but the name of the slice and what ran it travels back to the driver.
 */
public final class SliceCalibrator
    implements Function<Manifest.Slice, SliceCalibrator.CalibratedSlice> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final String store;
  private final SketchSettings settings;
  private final long seed;
  private final SerializableConfiguration conf;

  /**
   * @param model with statistics
   * @param store the sketch store's folder, whose sequences are written
   * @param seed samples rows
   */
  public SliceCalibrator(
      ExecutorModel.Key model,
      String store,
      SketchSettings settings,
      long seed,
      SerializableConfiguration conf) {
    this.model = model;
    this.store = store;
    this.settings = settings;
    this.seed = seed;
    this.conf = conf;
  }

  /**
   * What a finished slice reports.
   *
   * @param slice which one
   * @param cpu the kind of CPU that ran it
   */
  public record CalibratedSlice(Manifest.Slice slice, String cpu) implements Serializable {}

  @Override
  public CalibratedSlice call(Manifest.Slice slice) throws IOException {
    SketchStore target = new SketchStore(conf.value(), store);
    SliceId id = new SliceId(slice.shard(), slice.index());
    int[][] sequences =
        target.readSequences(slice.shard(), slice.firstSequence(), slice.sequences());
    int length = sequences[0].length;
    List<Place> places =
        SampledPlaces.choose(
            seed,
            slice.shard(),
            slice.firstSequence(),
            slice.sequences(),
            length,
            settings.rows(),
            settings.firstRows());
    int[] indices =
        places.stream()
            .mapToInt(p -> (int) (p.sequence() - slice.firstSequence()) * length + p.position())
            .toArray();
    Collected collected = new Collected(slice.shard(), places);
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value())) {
      lease
          .runner()
          .run(
              sequences,
              new RowSelection(indices),
              (block, statistics, first) -> collected.add(block, statistics));
    }
    target.writeSums(id, collected.sums);
    target.writeRows(id, collected.rows);
    return new CalibratedSlice(slice, Cpu.kind());
  }

  /** What the batches of a slice taught, block by block. */
  private static final class Collected {
    private final String shard;
    private final List<Place> places;
    private final List<Map<Role, RoleSketch>> sums = new ArrayList<>();
    private final List<Map<Role, List<SampledRow>>> rows = new ArrayList<>();

    Collected(String shard, List<Place> places) {
      this.shard = shard;
      this.places = places;
    }

    void add(int block, Map<Role, BatchStatistics> statistics) {
      if (block == sums.size()) {
        sums.add(new EnumMap<>(Role.class));
        rows.add(new EnumMap<>(Role.class));
      }
      statistics.forEach(
          (role, batch) -> {
            RoleSketch sketch =
                sums.get(block).computeIfAbsent(role, r -> RoleSketch.empty(batch.channels()));
            add(sketch.first(), batch.first());
            add(sketch.rest(), batch.later());
            addRows(rows.get(block).computeIfAbsent(role, r -> new ArrayList<>()), batch);
          });
    }

    private static void add(ChannelSums sums, BatchStatistics.Stratum batch) {
      sums.add(batch.tokens(), batch.sumAbs(), batch.sum(), batch.sumSquares(), batch.maxAbs());
    }

    /** Rows come in the order of places, batch after batch. */
    private void addRows(List<SampledRow> kept, BatchStatistics batch) {
      int channels = batch.channels();
      float[] values = new float[channels];
      for (int at = 0; at < batch.rows().length; at += channels) {
        System.arraycopy(batch.rows(), at, values, 0, channels);
        kept.add(SampledRow.of(shard, places.get(kept.size()), values));
      }
    }
  }
}
