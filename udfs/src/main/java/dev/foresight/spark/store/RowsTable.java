package dev.foresight.spark.store;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.sketch.SampledRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** {@code rows/}: a row for each (slice, block, role, sampled token). */
final class RowsTable extends Table<RowsTable.StoredRow> {
  private static final MessageType SCHEMA =
      Types.buildMessage()
          .required(BINARY)
          .as(stringType())
          .named("shard")
          .required(INT32)
          .named("block")
          .required(BINARY)
          .as(stringType())
          .named("role")
          .required(INT64)
          .named("sequence")
          .required(INT32)
          .named("position")
          .required(INT64)
          .named("key")
          .required(FLOAT)
          .named("scale")
          .required(BINARY)
          .named("halves")
          .named("rows");

  /** A sampled row and whose input it is. */
  record StoredRow(int block, Role role, SampledRow row) {}

  @Override
  MessageType schema() {
    return SCHEMA;
  }

  @Override
  void write(StoredRow stored, Fields fields) {
    SampledRow row = stored.row();
    ByteBuffer halves = ByteBuffer.allocate(2 * row.halves().length).order(ByteOrder.LITTLE_ENDIAN);
    halves.asShortBuffer().put(row.halves());
    fields
        .text("shard", row.shard())
        .int32("block", stored.block())
        .text("role", stored.role().key())
        .int64("sequence", row.sequence())
        .int32("position", row.position())
        .int64("key", row.key())
        .float32("scale", row.scale())
        .bytes("halves", halves.array());
  }

  @Override
  StoredRow read(Group group) {
    ByteBuffer bytes = group.getBinary("halves", 0).toByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    float scale = group.getFloat("scale", 0);
    if (bytes.remaining() % 2 != 0 || !(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Words.format("a row has %d bytes and scale %s", bytes.remaining(), scale));
    }
    short[] halves = new short[bytes.remaining() / 2];
    bytes.asShortBuffer().get(halves);
    return new StoredRow(
        group.getInteger("block", 0),
        Role.valueOf(group.getString("role", 0).toUpperCase(Locale.ROOT)),
        new SampledRow(
            group.getString("shard", 0),
            group.getLong("sequence", 0),
            group.getInteger("position", 0),
            group.getLong("key", 0),
            scale,
            halves));
  }
}
