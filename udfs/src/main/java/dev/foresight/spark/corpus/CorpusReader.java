package dev.foresight.spark.corpus;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_json;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.text.ChatTemplate;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.datasources.FileFormat;
import org.apache.spark.sql.execution.datasources.orc.OrcFileFormat;
import org.apache.spark.sql.execution.datasources.parquet.ParquetFileFormat;
import org.apache.spark.sql.execution.datasources.text.TextFileFormat;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads calibration text: JSON lines, Parquet, ORC or plain text on any file system, or a table.
 */
public final class CorpusReader {
  /** Column of the shard's id. */
  public static final String SHARD = "shard";

  /** Column of the document, null where there is none. */
  public static final String TEXT = "text";

  private static final String TABLE = "table:";
  private static final StructType DOCUMENTS =
      StructType.fromDDL(Words.format("%s STRING NOT NULL, %s STRING", SHARD, TEXT));
  private static final StructType VALUE = StructType.fromDDL("value STRING");
  private static final Column FILE = col("_metadata.file_path");
  private static final Column NOTHING = lit(null).cast("string");

  private final SparkSession spark;
  private final Configuration conf;
  private final String option;

  /** Reads with this session what {@code --corpus} names. */
  public CorpusReader(SparkSession spark) {
    this(spark, "--corpus");
  }

  /**
   * Reads with this session.
   *
   * @param option that names the corpus, for messages
   */
  public CorpusReader(SparkSession spark, String option) {
    this.spark = spark;
    this.option = option;
    this.conf = spark.sessionState().newHadoopConf();
  }

  /**
   * @param location a file, folder or glob on any Hadoop file system, or {@code table:NAME}
   * @param column the column or key that holds a document's text, or its conversation
   * @param shardBy what tells shards apart
   * @param chat asked for the model's chat template; its refusal counts once a conversation is met
   * @return what only reading shows is thrown by tasks, as the cause of Spark's exception
   * @throws InputException if nothing matches, or the column is not there or no text
   */
  public CorpusText read(
      String location, String column, ShardBy shardBy, Supplier<ChatTemplate> chat)
      throws IOException {
    Seen seen = new Seen();
    spark.sparkContext().register(seen);
    if (location.startsWith(TABLE)) {
      Dataset<Row> rows =
          table(location.substring(TABLE.length()), column, shardBy, Conversations.of(chat), seen);
      return new CorpusText(rows, option, location, column, seen, null, conf, null);
    }
    CorpusFiles files = CorpusFiles.find(conf, option, location);
    boolean fromPath = shardBy instanceof ShardBy.Column by && files.haveFolders(by.name());
    ShardIds ids = new ShardIds(shardBy, files.root(), fromPath);
    if (shardBy instanceof ShardBy.File) {
      files.requireOneFileAShard(ids);
    }
    files.settings(conf).forEach(conf::set);
    return CorpusFaults.naming(
        () ->
            switch (files.kind()) {
              case TEXT -> texts(files, column, ids, seen);
              case JSON_LINES -> jsonLines(files, column, ids, Conversations.of(chat), seen);
              case PARQUET, ORC -> columnar(files, column, ids, Conversations.of(chat), seen);
            });
  }

  private Dataset<Row> open(CorpusFiles files, FileFormat format, StructType schema) {
    Map<String, String> options = new LinkedHashMap<>(files.settings(conf));
    // a session may ask to leave out files that can't be read; a corpus never does so silently
    options.put("ignoreCorruptFiles", "false");
    options.put("ignoreMissingFiles", "false");
    options.put("wholetext", Boolean.toString(files.kind() == CorpusFiles.Kind.TEXT));
    return ListedFiles.read(spark, format, schema, options, files.files());
  }

  private CorpusText texts(CorpusFiles files, String column, ShardIds ids, Seen seen) {
    if (ids.by() instanceof ShardBy.Column by && !ids.fromPath()) {
      throw new InputException(
          Words.format(
              "--shard-by column:%s: text files have no columns, and %s no folders %s=…: give file or partition:N.",
              by.name(), files.location(), by.name()));
    }
    var task = documents(DocumentParser.plain(), ids, Documents.RowOf.FILE, files.location(), seen);
    return new CorpusText(
        documents(lines(files), task),
        option,
        files.location(),
        column,
        seen,
        files,
        conf,
        this::lines);
  }

  private CorpusText jsonLines(
      CorpusFiles files, String column, ShardIds ids, Conversations conversations, Seen seen) {
    String shardKey = ids.by() instanceof ShardBy.Column by && !ids.fromPath() ? by.name() : null;
    JsonLines parser = new JsonLines(column, conversations, shardKey);
    var task = documents(parser, ids, Documents.RowOf.LINE, files.location(), seen);
    return new CorpusText(
        documents(lines(files), task),
        option,
        files.location(),
        column,
        seen,
        files,
        conf,
        this::lines);
  }

  private Dataset<Row> lines(CorpusFiles files) {
    return open(files, new TextFileFormat(), VALUE)
        .select(col("value").cast("binary"), NOTHING, FILE);
  }

  private CorpusText columnar(
      CorpusFiles files, String column, ShardIds ids, Conversations conversations, Seen seen) {
    String shardColumn =
        ids.by() instanceof ShardBy.Column by && !ids.fromPath() ? by.name() : column;
    List<ColumnarFiles.Group> groups =
        ColumnarFiles.group(spark, conf, files, List.of(column, shardColumn));
    Set<String> names = new LinkedHashSet<>();
    groups.forEach(group -> names.addAll(group.names()));
    requireColumn(names, column, files.location(), "--text-column");
    requireColumn(names, shardColumn, files.location(), "--shard-by column:NAME");
    Dataset<Row> all = null;
    for (ColumnarFiles.Group group : groups) {
      String place = group.files().get(0).getPath().toString();
      Dataset<Row> some =
          columns(
              columnar(files.of(group.files()), group.schema()),
              column,
              ids,
              conversations,
              place,
              FILE,
              seen);
      all = all == null ? some : all.union(some);
    }
    seen.key(); // of the columns of one file at least
    return new CorpusText(
        all,
        option,
        files.location(),
        column,
        seen,
        files,
        conf,
        some -> columnar(some, new StructType()).select(FILE));
  }

  private Dataset<Row> columnar(CorpusFiles files, StructType schema) {
    FileFormat format =
        files.kind() == CorpusFiles.Kind.ORC ? new OrcFileFormat() : new ParquetFileFormat();
    return open(files, format, schema);
  }

  private Dataset<Row> table(
      String name, String column, ShardBy shardBy, Conversations conversations, Seen seen) {
    if (shardBy instanceof ShardBy.File) {
      throw new InputException(
          Words.format(
              "%s table:%s: a table has no files to name shards by: give --shard-by column:NAME or partition:N.",
              option, name));
    }
    Dataset<Row> rows;
    try {
      rows = spark.table(name);
    } catch (Exception e) { // AnalysisException, which Spark does not declare
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      throw new InputException(
          Words.format(
              "There is no table %s in the session's catalog (%s): check the name, or the catalog's settings.",
              name, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
    String place = "table " + name;
    Set<String> names = new LinkedHashSet<>(Arrays.asList(rows.columns()));
    requireColumn(names, column, place, "--text-column");
    if (shardBy instanceof ShardBy.Column by) {
      requireColumn(names, by.name(), place, "--shard-by column:NAME");
    }
    seen.key();
    ShardIds ids = new ShardIds(shardBy, "", false);
    return columns(rows, column, ids, conversations, place, NOTHING, seen);
  }

  /** Documents of rows that have these columns, or lack one of them. */
  private Dataset<Row> columns(
      Dataset<Row> rows,
      String column,
      ShardIds ids,
      Conversations conversations,
      String place,
      Column file,
      Seen seen) {
    List<String> names = Arrays.asList(rows.columns());
    Column shard =
        ids.by() instanceof ShardBy.Column by && !ids.fromPath() && names.contains(by.name())
            ? named(by.name())
            : NOTHING;
    DataType type =
        names.contains(column) ? rows.schema().apply(column).dataType() : new NullType();
    boolean chat = isConversation(type);
    if (!chat && !(type instanceof StringType) && !(type instanceof NullType)) {
      throw new InputException(
          Words.format(
              "Column '%s' of %s is of type %s: --text-column names a column of text, or of conversations (array of role and content).",
              column, place, type.simpleString()));
    }
    Column content =
        type instanceof NullType
            ? lit(null)
            : chat ? to_json(named(column), Map.of("ignoreNullFields", "false")) : named(column);
    return documents(
        rows.select(content.cast("binary"), shard.cast("string"), file),
        documents(
            chat ? conversations : DocumentParser.plain(),
            ids,
            Documents.RowOf.TABLE,
            place,
            seen));
  }

  private static Column named(String column) {
    return col("`" + column.replace("`", "``") + "`");
  }

  private static boolean isConversation(DataType type) {
    if (!(type instanceof ArrayType array && array.elementType() instanceof StructType message)) {
      return false;
    }
    List<String> fields = Arrays.asList(message.fieldNames());
    return fields.containsAll(List.of("role", "content"))
        || fields.containsAll(List.of("from", "value"));
  }

  private static void requireColumn(Set<String> names, String column, String place, String option) {
    if (!names.contains(column)) {
      throw new InputException(
          Words.format(
              "The corpus has no column '%s' (%s has: %s): name another by %s.",
              column, place, String.join(", ", names), option));
    }
  }

  private Documents documents(
      DocumentParser parser, ShardIds ids, Documents.RowOf rowOf, String place, Seen seen) {
    return new Documents(parser, ids, rowOf, place, new SerializableConfiguration(conf), seen);
  }

  private static Dataset<Row> documents(Dataset<Row> rows, Documents task) {
    return rows.mapPartitions(task, Encoders.row(DOCUMENTS));
  }
}
