package dev.foresight.spark.functions;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Locations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.function.Function;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * Adds a column that a model computes from another one: settings by setters, the model loaded by
 * the first task of each executor that needs it and shared by the others, the manner of DJL's
 * extension for Spark.
 *
 * @param <T> the transformer itself, which setters return
 */
public abstract class ColumnTransformer<T extends ColumnTransformer<T>> {
  private String model;
  private String inputCol = "text";
  private String outputCol;

  ColumnTransformer(String outputCol) {
    this.outputCol = outputCol;
  }

  abstract T self();

  /** Model folder: a path or any Hadoop URI that executors can read. */
  public T setModel(String location) {
    this.model = location;
    return self();
  }

  /** Column to read (default: {@code text}). */
  public T setInputCol(String name) {
    this.inputCol = name;
    return self();
  }

  /** Column to add. */
  public T setOutputCol(String name) {
    this.outputCol = name;
    return self();
  }

  /** Whether a column of this type can be read. */
  abstract boolean reads(DataType type);

  /** What {@link #reads} takes, for messages. */
  abstract String readable();

  abstract DataType outputType();

  /** The task; its rows come with the column to read at a given place. */
  abstract MapPartitionsFunction<Row, Row> task(Dataset<?> rows, String location, int column)
      throws IOException;

  /**
   * The same rows with one more column, null where the column read is null.
   *
   * @throws InputException if a setting is missing, or the columns do not fit
   */
  public Dataset<Row> transform(Dataset<?> rows) {
    String what = getClass().getSimpleName();
    if (model == null) {
      throw new InputException(Words.format("%s: name a model folder by setModel.", what));
    }
    StructType schema = rows.schema();
    if (!Arrays.asList(schema.fieldNames()).contains(inputCol)) {
      throw new InputException(
          Words.format(
              "%s: there is no column '%s' (there are: %s): name one by setInputCol.",
              what, inputCol, String.join(", ", schema.fieldNames())));
    }
    if (Arrays.asList(schema.fieldNames()).contains(outputCol)) {
      throw new InputException(
          Words.format(
              "%s: there is a column '%s' already: name another by setOutputCol.",
              what, outputCol));
    }
    DataType type = schema.apply(inputCol).dataType();
    if (!reads(type)) {
      throw new InputException(
          Words.format(
              "%s: column '%s' is of type %s, not %s.",
              what, inputCol, type.simpleString(), readable()));
    }
    try {
      String location =
          Locations.qualify(model, rows.sparkSession().sparkContext().hadoopConfiguration());
      return rows.toDF()
          .mapPartitions(
              task(rows, location, schema.fieldIndex(inputCol)),
              Encoders.row(schema.add(outputCol, outputType(), true)));
    } catch (IOException e) {
      throw new UncheckedIOException("Can't read the model folder " + model, e);
    }
  }

  /** Rows as they come, each with one more value. */
  static Iterator<Row> adding(Iterator<Row> rows, Function<Row, Object> added) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rows.hasNext();
      }

      @Override
      public Row next() {
        Row row = rows.next();
        Object[] values = new Object[row.size() + 1];
        for (int i = 0; i < row.size(); i++) {
          values[i] = row.get(i);
        }
        values[row.size()] = added.apply(row);
        return RowFactory.create(values);
      }
    };
  }
}
