package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.LogicalTypeAnnotation.UnknownLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.orc.OrcUtils;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What columns each Parquet or ORC file has. Spark would take those of one file for all, or refuse
 * files that differ in a column that nobody asked for.
 */
final class ColumnarFiles {
  private ColumnarFiles() {}

  /**
   * Columns of one file.
   *
   * @param schema what is to be read, as JSON
   * @param names of all columns
   */
  private record Columns(String schema, List<String> names) implements Serializable {}

  /**
   * Files of the same columns, to be read together.
   *
   * @param schema what is to be read
   * @param names of all columns
   */
  record Group(StructType schema, List<String> names, List<FileStatus> files) {
    /** Whether the files have this column. */
    boolean has(String column) {
      return names.contains(column);
    }
  }

  /**
   * Groups files by their columns, each of which is asked.
   *
   * @param wanted names of columns that are to be read if they are there
   * @throws InputException if a file can't be read, or has a column's name twice
   */
  static List<Group> group(
      SparkSession spark, Configuration conf, CorpusFiles files, List<String> wanted) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    List<String> uris = files.paths().stream().map(path -> path.toUri().toString()).toList();
    boolean binaryAsString =
        Boolean.parseBoolean(spark.conf().get("spark.sql.parquet.binaryAsString", "false"));
    List<Columns> columns =
        context
            .parallelize(uris, Math.min(uris.size(), 16 * context.defaultParallelism()))
            .map(
                new Schema(
                    files.kind(),
                    List.copyOf(wanted),
                    binaryAsString,
                    new SerializableConfiguration(conf)))
            .collect();
    Map<Columns, List<FileStatus>> groups = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      groups.computeIfAbsent(columns.get(i), c -> new ArrayList<>()).add(files.files().get(i));
    }
    return groups.entrySet().stream()
        .map(
            group ->
                new Group(
                    (StructType) DataType.fromJson(group.getKey().schema()),
                    group.getKey().names(),
                    group.getValue()))
        .toList();
  }

  /** The task that reads a file's footer. */
  private record Schema(
      CorpusFiles.Kind kind,
      List<String> wanted,
      boolean binaryAsString,
      SerializableConfiguration conf)
      implements Function<String, Columns> {
    @Override
    public Columns call(String uri) {
      Path file = new Path(java.net.URI.create(uri));
      Columns columns;
      try {
        columns = kind == CorpusFiles.Kind.ORC ? orc(file) : parquet(file);
      } catch (Exception e) { // readers throw what they please at bytes that are none of theirs
        throw CorpusFaults.damaged(file.toString(), e);
      }
      for (String name : wanted) {
        if (columns.names().stream().filter(name::equalsIgnoreCase).count() > 1) {
          throw new InputException(
              "%s has the column '%s' in two spellings: rename one of them.".formatted(file, name));
        }
      }
      return columns;
    }

    /** All columns: old files name them by number, and only all of them say which is which. */
    private Columns orc(Path file) {
      StructType schema =
          OrcUtils.readSchema(file, conf.value(), false, false)
              .map(OrcUtils::toCatalystSchema)
              .getOrElse(StructType::new);
      return new Columns(schema.json(), List.of(schema.fieldNames()));
    }

    private Columns parquet(Path file) throws IOException {
      MessageType message;
      try (ParquetFileReader reader =
          ParquetFileReader.open(HadoopInputFile.fromPath(file, conf.value()))) {
        message = reader.getFileMetaData().getSchema();
      }
      List<Type> fields =
          message.getFields().stream()
              .filter(field -> wanted.contains(field.getName()))
              // a column of nulls alone, which has no type
              .filter(f -> !(f.getLogicalTypeAnnotation() instanceof UnknownLogicalTypeAnnotation))
              .toList();
      SQLConf settings = new SQLConf();
      settings.setConfString("spark.sql.parquet.binaryAsString", Boolean.toString(binaryAsString));
      StructType schema =
          fields.isEmpty()
              ? new StructType()
              : new ParquetToSparkSchemaConverter(settings)
                  .convert(new MessageType(message.getName(), fields));
      return new Columns(schema.json(), message.getFields().stream().map(Type::getName).toList());
    }
  }
}
