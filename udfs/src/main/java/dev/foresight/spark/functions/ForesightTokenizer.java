package dev.foresight.spark.functions;

import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;

/**
 * Adds the token ids of a text, without special tokens, truncation or padding:
 *
 * <pre>{@code
 * new ForesightTokenizer().setModel("hdfs:/models/m").setInputCol("text").setOutputCol("ids").transform(rows)
 * }</pre>
 */
public final class ForesightTokenizer extends ColumnTransformer<ForesightTokenizer> {
  /** Writes {@code tokens} unless told otherwise. */
  public ForesightTokenizer() {
    super("tokens");
  }

  @Override
  ForesightTokenizer self() {
    return this;
  }

  @Override
  boolean reads(DataType type) {
    return type instanceof StringType;
  }

  @Override
  String readable() {
    return "text";
  }

  @Override
  DataType outputType() {
    return DataTypes.createArrayType(DataTypes.IntegerType, false);
  }

  @Override
  MapPartitionsFunction<Row, Row> task(Dataset<?> rows, String location, int column) {
    return part ->
        adding(
            part,
            row ->
                row.isNullAt(column)
                    ? null
                    : ExecutorTokenizer.of(location).encode(row.getString(column)));
  }
}
