package dev.foresight.spark.store;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import dev.foresight.sketch.Column;
import dev.foresight.sketch.Granularity;
import dev.foresight.sketch.SliceId;
import dev.foresight.sketch.Statistic;
import java.util.List;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;
import org.apache.parquet.schema.Types.MessageTypeBuilder;

/**
 * The table of a statistic: whose a row is (shard, slice where slices are kept apart, block, role
 * where roles have states), then the statistic's own columns.
 */
final class StatisticTable extends Table<StatisticTable.Row> {
  private final Statistic<?> statistic;
  private final boolean bySlice;
  private final MessageType schema;

  StatisticTable(Statistic<?> statistic) {
    this.statistic = statistic;
    this.bySlice = statistic.granularity() == Granularity.SLICE;
    this.schema = schema(statistic, bySlice);
  }

  /**
   * A row.
   *
   * @param slice whose index is 0 where the table does not name it
   * @param place a role's key, or {@link Statistic#BLOCK}
   * @param values of the statistic's columns, in their order
   */
  @SuppressWarnings("ArrayRecordComponent") // a row on its way in or out, never compared
  record Row(SliceId slice, int block, String place, Object[] values) {}

  private static MessageType schema(Statistic<?> statistic, boolean bySlice) {
    MessageTypeBuilder schema = Types.buildMessage();
    schema.required(BINARY).as(stringType()).named("shard");
    if (bySlice) {
      schema.required(INT32).named("slice");
    }
    schema.required(INT32).named("block");
    if (statistic.ofRoles()) {
      schema.required(BINARY).as(stringType()).named("role");
    }
    for (Column column : statistic.columns()) {
      switch (column.type()) {
        case TEXT -> schema.required(BINARY).as(stringType()).named(column.name());
        case INT32 -> schema.required(INT32).named(column.name());
        case INT64 -> schema.required(INT64).named(column.name());
        case FLOAT32 -> schema.required(FLOAT).named(column.name());
        case BYTES -> schema.required(BINARY).named(column.name());
        case DOUBLES -> schema.requiredList().requiredElement(DOUBLE).named(column.name());
        case FLOATS -> schema.requiredList().requiredElement(FLOAT).named(column.name());
      }
    }
    return schema.named(statistic.name());
  }

  @Override
  MessageType schema() {
    return schema;
  }

  @Override
  void write(Row row, Fields fields) {
    fields.text("shard", row.slice().shard());
    if (bySlice) {
      fields.int32("slice", row.slice().index());
    }
    fields.int32("block", row.block());
    if (statistic.ofRoles()) {
      fields.text("role", row.place());
    }
    List<Column> columns = statistic.columns();
    for (int i = 0; i < columns.size(); i++) {
      String name = columns.get(i).name();
      Object value = row.values()[i];
      switch (columns.get(i).type()) {
        case TEXT -> fields.text(name, (String) value);
        case INT32 -> fields.int32(name, (Integer) value);
        case INT64 -> fields.int64(name, (Long) value);
        case FLOAT32 -> fields.float32(name, (Float) value);
        case BYTES -> fields.bytes(name, (byte[]) value);
        case DOUBLES -> fields.doubles(name, (double[]) value);
        case FLOATS -> fields.floats(name, (float[]) value);
      }
    }
  }

  @Override
  Row read(Group group) {
    return new Row(
        new SliceId(group.getString("shard", 0), bySlice ? group.getInteger("slice", 0) : 0),
        group.getInteger("block", 0),
        statistic.ofRoles() ? group.getString("role", 0) : Statistic.BLOCK,
        statistic.columns().stream().map(column -> value(group, column)).toArray());
  }

  private static Object value(Group group, Column column) {
    String name = column.name();
    return switch (column.type()) {
      case TEXT -> group.getString(name, 0);
      case INT32 -> group.getInteger(name, 0);
      case INT64 -> group.getLong(name, 0);
      case FLOAT32 -> group.getFloat(name, 0);
      case BYTES -> group.getBinary(name, 0).getBytes();
      case DOUBLES -> Fields.doubles(group, name);
      case FLOATS -> Fields.floats(group, name);
    };
  }
}
