package dev.foresight.spark.store;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** {@code sequences/}: a row for each packed sequence of a shard. */
final class SequencesTable extends Table<SequencesTable.Sequence> {
  private static final MessageType SCHEMA =
      Types.buildMessage()
          .required(BINARY)
          .as(stringType())
          .named("shard")
          .required(INT64)
          .named("sequence")
          .requiredList()
          .requiredElement(INT32)
          .named("tokens")
          .named("sequences");

  /** A sequence and its index in its shard. */
  @SuppressWarnings("ArrayRecordComponent") // a row on its way in or out, never compared
  record Sequence(String shard, long index, int[] tokens) {}

  @Override
  MessageType schema() {
    return SCHEMA;
  }

  @Override
  void write(Sequence row, Fields fields) {
    fields.text("shard", row.shard()).int64("sequence", row.index()).ints("tokens", row.tokens());
  }

  @Override
  Sequence read(Group group) {
    return new Sequence(
        group.getString("shard", 0), group.getLong("sequence", 0), Fields.ints(group, "tokens"));
  }
}
