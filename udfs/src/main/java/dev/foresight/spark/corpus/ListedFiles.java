package dev.foresight.spark.corpus;

import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.paths.SparkPath;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.FileIndex;
import org.apache.spark.sql.execution.datasources.HadoopFsRelation;
import org.apache.spark.sql.execution.datasources.PartitionDirectory;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Files that Spark reads as they were listed. Spark's own index would read their names as globs,
 * leave out those that begin with a dot or an underscore, and make columns of {@code name=value}
 * folders, which may hide a column of the files.
 */
final class ListedFiles implements FileIndex {
  private static final StructType NO_COLUMNS = new StructType();

  private final List<FileStatus> files;

  private ListedFiles(List<FileStatus> files) {
    this.files = files;
  }

  /**
   * Rows of files.
   *
   * @param schema columns that the files have
   * @param options of the format, and settings for Hadoop
   */
  static Dataset<Row> read(
      SparkSession spark,
      FileFormat format,
      StructType schema,
      java.util.Map<String, String> options,
      List<FileStatus> files) {
    return spark.baseRelationToDataFrame(
        new HadoopFsRelation(
            new ListedFiles(files),
            NO_COLUMNS,
            schema,
            Option.empty(),
            format,
            Map$.MODULE$.from(CollectionConverters.asScala(options)),
            spark));
  }

  private static <T> Seq<T> seq(List<T> list) {
    return CollectionConverters.asScala(list).toSeq();
  }

  @Override
  public Seq<Path> rootPaths() {
    return seq(files.stream().map(FileStatus::getPath).toList());
  }

  @Override
  public Seq<PartitionDirectory> listFiles(
      Seq<Expression> partitionFilters, Seq<Expression> dataFilters) {
    return seq(
        List.of(PartitionDirectory.apply(InternalRow.empty(), files.toArray(FileStatus[]::new))));
  }

  @Override
  public String[] inputFiles() {
    return files.stream()
        .map(file -> SparkPath.fromFileStatus(file).urlEncoded())
        .toArray(String[]::new);
  }

  @Override
  public void refresh() {
    // what was listed stays listed: whether it still holds is asked once all was read
  }

  @Override
  public long sizeInBytes() {
    return files.stream().mapToLong(FileStatus::getLen).sum();
  }

  @Override
  public StructType partitionSchema() {
    return NO_COLUMNS;
  }
}
