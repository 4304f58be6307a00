package dev.foresight.spark.store;

import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import dev.foresight.Words;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.SliceId;
import java.util.Locale;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Types;

/** {@code sums/}: a row for each (slice, block, role, stratum). */
final class SumsTable extends Table<SumsTable.SumsRow> {
  /** Rows of one block: two strata of each role. */
  static final int ROWS_OF_BLOCK = 2 * Role.values().length;

  private static final String FIRST = "first";
  private static final String REST = "rest";

  private static final MessageType SCHEMA =
      Types.buildMessage()
          .required(BINARY)
          .as(stringType())
          .named("shard")
          .required(INT32)
          .named("slice")
          .required(INT32)
          .named("block")
          .required(BINARY)
          .as(stringType())
          .named("role")
          .required(BINARY)
          .as(stringType())
          .named("stratum")
          .required(INT64)
          .named("tokens")
          .requiredList()
          .requiredElement(DOUBLE)
          .named("sum_abs")
          .requiredList()
          .requiredElement(DOUBLE)
          .named("sum")
          .requiredList()
          .requiredElement(DOUBLE)
          .named("sum_square")
          .requiredList()
          .requiredElement(FLOAT)
          .named("max_abs")
          .named("sums");

  /**
   * @param first whether this is the stratum of position 0
   */
  record SumsRow(SliceId slice, int block, Role role, boolean first, ChannelSums sums) {}

  @Override
  MessageType schema() {
    return SCHEMA;
  }

  @Override
  void write(SumsRow row, Fields fields) {
    fields
        .text("shard", row.slice().shard())
        .int32("slice", row.slice().index())
        .int32("block", row.block())
        .text("role", row.role().key())
        .text("stratum", row.first() ? FIRST : REST)
        .int64("tokens", row.sums().tokens())
        .doubles("sum_abs", row.sums().sumAbs())
        .doubles("sum", row.sums().sum())
        .doubles("sum_square", row.sums().sumSquare())
        .floats("max_abs", row.sums().maxAbs());
  }

  @Override
  SumsRow read(Group group) {
    String stratum = group.getString("stratum", 0);
    if (!stratum.equals(FIRST) && !stratum.equals(REST)) {
      throw new IllegalArgumentException(Words.format("there is no stratum '%s'", stratum));
    }
    return new SumsRow(
        new SliceId(group.getString("shard", 0), group.getInteger("slice", 0)),
        group.getInteger("block", 0),
        Role.valueOf(group.getString("role", 0).toUpperCase(Locale.ROOT)),
        stratum.equals(FIRST),
        new ChannelSums(
            group.getLong("tokens", 0),
            Fields.doubles(group, "sum_abs"),
            Fields.doubles(group, "sum"),
            Fields.doubles(group, "sum_square"),
            Fields.floats(group, "max_abs")));
  }
}
