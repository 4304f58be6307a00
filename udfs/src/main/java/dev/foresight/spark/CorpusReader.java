package dev.foresight.spark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/** Reads calibration text: JSON lines, Parquet or plain text, one shard a file. */
public final class CorpusReader {
  /** Column of the shard's id. */
  public static final String SHARD = "shard";

  /** Column of the document. */
  public static final String TEXT = "text";

  /** Column that holds a line which is no JSON, null elsewhere. */
  public static final String CORRUPT = "corrupt";

  private static final Pattern SUFFIXES =
      Pattern.compile("(\\.(jsonl|json|ndjson|parquet|txt))?(\\.(gz|zst|bz2|lz4|snappy))?$");

  private final SparkSession spark;

  /** Reads with this session. */
  public CorpusReader(SparkSession spark) {
    this.spark = spark;
  }

  /**
   * @param pattern a file, folder or glob on any Hadoop file system
   * @param column the column or JSON key that holds a document's text
   * @return rows of {@link #SHARD}, {@link #TEXT}, {@link #CORRUPT}
   * @throws InputException if nothing matches, or the column is not there
   */
  public Dataset<Row> read(String pattern, String column) throws IOException {
    List<Path> files = files(pattern);
    String[] names = files.stream().map(Path::toString).toArray(String[]::new);
    String root = rootOf(pattern, files);
    Dataset<Row> rows =
        switch (kind(pattern, files)) {
          case "parquet" -> withText(spark.read().parquet(names), column, files.get(0));
          case "txt" -> spark.read().option("wholetext", true).text(names).toDF(TEXT);
          default -> jsonLines(names, column, files.get(0));
        };
    Column corrupt =
        Arrays.asList(rows.columns()).contains(CORRUPT) ? col(CORRUPT) : lit(null).cast("string");
    UDF1<String, String> shardOf = file -> shardOf(root, file);
    Column shard = udf(shardOf, DataTypes.StringType).apply(col("_metadata.file_path"));
    return rows.select(shard.as(SHARD), col(TEXT), corrupt.as(CORRUPT));
  }

  private Dataset<Row> jsonLines(String[] names, String column, Path first) {
    requireKey(names, column, first);
    return spark
        .read()
        .schema("`%s` STRING, `%s` STRING".formatted(column, CORRUPT))
        .option("columnNameOfCorruptRecord", CORRUPT)
        .json(names)
        .withColumnRenamed(column, TEXT);
  }

  /** With a schema given, Spark would read a missing key as null in every row. */
  private void requireKey(String[] names, String column, Path file) {
    List<Row> first = spark.read().text(names).filter(length(col("value")).gt(0)).takeAsList(1);
    JsonNode node;
    try {
      node = Json.MAPPER.readTree(first.isEmpty() ? "{}" : first.get(0).getString(0));
    } catch (JsonProcessingException e) {
      throw new InputException(
          "The first line of the corpus (%s …) is not JSON: JSON lines hold one object a line."
              .formatted(file),
          e);
    }
    if (!node.has(column)) {
      String keys =
          StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false)
              .collect(Collectors.joining(", "));
      throw noColumn(column, file, keys);
    }
  }

  private static Dataset<Row> withText(Dataset<Row> rows, String column, Path file) {
    if (!Arrays.asList(rows.columns()).contains(column)) {
      throw noColumn(column, file, String.join(", ", rows.columns()));
    }
    return rows.withColumn(TEXT, col(column).cast("string"));
  }

  private static InputException noColumn(String column, Path file, String found) {
    return new InputException(
        "The corpus has no column '%s' (%s has: %s): name the one that holds the text by"
                .formatted(column, file, found)
            + " --text-column.");
  }

  private List<Path> files(String pattern) throws IOException {
    Path path = new Path(pattern);
    FileSystem fileSystem = path.getFileSystem(spark.sessionState().newHadoopConf());
    FileStatus[] matches = fileSystem.globStatus(path);
    List<Path> files = new ArrayList<>();
    for (FileStatus match : matches == null ? new FileStatus[0] : matches) {
      Stream<FileStatus> found =
          match.isFile() ? Stream.of(match) : Arrays.stream(fileSystem.listStatus(match.getPath()));
      found
          .filter(f -> f.isFile() && !f.getPath().getName().matches("[._].*"))
          .forEach(f -> files.add(f.getPath()));
    }
    files.sort(null);
    if (files.isEmpty()) {
      throw new InputException("No file matches --corpus '%s': check the path.".formatted(pattern));
    }
    return files;
  }

  private static String kind(String pattern, List<Path> files) {
    List<String> kinds =
        files.stream()
            .map(f -> f.getName().replaceFirst("\\.(gz|zst|bz2|lz4|snappy)$", ""))
            .map(name -> name.substring(name.lastIndexOf('.') + 1))
            .map(suffix -> suffix.matches("jsonl|json|ndjson") ? "jsonl" : suffix)
            .distinct()
            .toList();
    if (kinds.size() != 1 || !List.of("jsonl", "parquet", "txt").contains(kinds.get(0))) {
      throw new InputException(
          "--corpus '%s' matches files of kind %s: choose files that are all .jsonl, .parquet or"
                  .formatted(pattern, kinds)
              + " .txt (the first and last also compressed).");
    }
    return kinds.get(0);
  }

  /** The folder that shard ids are relative to: what stands before the first wildcard. */
  private static String rootOf(String pattern, List<Path> files) {
    Path path = new Path(pattern);
    while (path != null && path.toString().matches(".*[*?{\\[].*")) {
      path = path.getParent();
    }
    String root = path == null ? "" : path.toUri().getPath();
    boolean oneFile = files.size() == 1 && files.get(0).toUri().getPath().endsWith(root);
    return oneFile ? files.get(0).getParent().toUri().getPath() : root;
  }

  static String shardOf(String root, String file) {
    String path = new Path(java.net.URI.create(file)).toUri().getPath();
    int at = root.isEmpty() ? -1 : path.indexOf(root + "/");
    String relative = at < 0 ? new Path(path).getName() : path.substring(at + root.length() + 1);
    return SUFFIXES.matcher(relative).replaceFirst("");
  }
}
