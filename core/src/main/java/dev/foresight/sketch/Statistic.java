package dev.foresight.sketch;

import dev.foresight.sketch.SampledPlaces.Place;
import java.util.List;
import java.util.Optional;

/**
 * One thing that calibration learns of every block: how batches add up to the state of a slice, how
 * states merge, and what they look like in a store. The nodes that measure it are the graph's; what
 * a state means is its readers'. One instance each, without state of its own.
 *
 * @param <S> what one slice taught about one place: a role's input, or the block as a whole
 */
public interface Statistic<S> {
  /** The place of what belongs to no role. Roles are places under their own names. */
  String BLOCK = "block";

  /** Its name, lower-case with underscores: of its folder and files in a store, and in messages. */
  String name();

  /** What to tell {@code calibrate} to keep it, for example {@code --rows 512}. */
  String option();

  /** What it is kept apart for. */
  Granularity granularity();

  /** Whether every role has a state; if not, the block has one. */
  boolean ofRoles();

  /** Whether a calibration with these settings keeps it. */
  boolean isKept(SketchSettings settings);

  /**
   * Nothing seen yet of one place.
   *
   * @param shard of the slice
   * @param places its sampled rows, in order
   */
  Collector<S> collector(String shard, List<Place> places);

  /**
   * One state for those of all slices of a shard: whatever is read of the whole shard keeps its
   * bits.
   *
   * @param states in order of slices, at least one
   */
  S merge(List<S> states, SketchSettings settings);

  /** Columns of its table, behind those that say whose a row is. */
  List<Column> columns();

  /** A state as rows of its table: the values of all columns, in their order. */
  List<Object[]> rows(S state);

  /**
   * The state that {@link #rows} wrote.
   *
   * @param rows in the order of the file, maybe none
   * @return nothing if a part is missing
   * @throws IllegalArgumentException if the rows can't be of this slice
   */
  Optional<S> state(List<Object[]> rows, SliceExtent extent);

  /** Bytes of a state on the heap, about. */
  long heapBytes(int channels, SketchSettings settings);

  /** Adds up the batches of a slice. */
  interface Collector<S> {
    /** Takes in a batch; batches come in the order of their sequences. */
    void add(Measured batch);

    /** What all batches taught, at least one. */
    S state();
  }
}
