package dev.foresight.sketch;

import dev.foresight.Words;
import dev.foresight.sketch.SampledPlaces.Place;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The statistic {@code rows}: the inputs of sampled tokens to each role. */
public final class Rows extends RowStatistic<SampledRow> {
  /** The statistic. */
  public static final Rows ROWS = new Rows();

  private Rows() {}

  @Override
  public String name() {
    return "rows";
  }

  @Override
  public String option() {
    return "--rows 512";
  }

  @Override
  public boolean ofRoles() {
    return true;
  }

  @Override
  public boolean isKept(SketchSettings settings) {
    return settings.rows() > 0;
  }

  @Override
  SampledRow row(String shard, Place place, float[] values) {
    return SampledRow.of(shard, place, values);
  }

  @Override
  List<Column> valueColumns() {
    return List.of(
        new Column("scale", Column.Type.FLOAT32), new Column("halves", Column.Type.BYTES));
  }

  @Override
  Object[] values(SampledRow row) {
    ByteBuffer halves = ByteBuffer.allocate(2 * row.halves().length).order(ByteOrder.LITTLE_ENDIAN);
    halves.asShortBuffer().put(row.halves());
    return new Object[] {row.scale(), halves.array()};
  }

  @Override
  SampledRow row(String shard, Place place, Object[] values, SliceExtent extent) {
    float scale = (Float) values[0];
    ByteBuffer bytes = ByteBuffer.wrap((byte[]) values[1]).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.remaining() % 2 != 0 || !(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Words.format("a row has %d bytes and scale %s", bytes.remaining(), scale));
    }
    short[] halves = new short[bytes.remaining() / 2];
    extent.requireChannels(halves.length);
    bytes.asShortBuffer().get(halves);
    return new SampledRow(shard, place.sequence(), place.position(), place.key(), scale, halves);
  }

  @Override
  public long heapBytes(int channels, SketchSettings settings) {
    return (long) channels * (settings.rows() + settings.firstRows()) * Short.BYTES;
  }
}
