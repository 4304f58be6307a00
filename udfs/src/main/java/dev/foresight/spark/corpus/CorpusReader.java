package dev.foresight.spark.corpus;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.trim;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
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
  private static final Column FILE = col("_metadata.file_path");
  private static final int LOOKED_AT = 20;

  private final SparkSession spark;
  private final Configuration conf;

  /** Reads with this session. */
  public CorpusReader(SparkSession spark) {
    this.spark = spark;
    this.conf = spark.sessionState().newHadoopConf();
  }

  /**
   * @param location a file, folder or glob on any Hadoop file system, or {@code table:NAME}
   * @param column the column or key that holds a document's text, or its conversation
   * @param shardBy what tells shards apart
   * @param chat asked for the model's chat template if the column holds conversations
   * @return rows of {@link #SHARD} and {@link #TEXT}; what only reading shows is thrown by tasks,
   *     as the cause of Spark's exception
   * @throws InputException if nothing matches, or the column is not there or no text
   */
  public Dataset<Row> read(
      String location, String column, ShardBy shardBy, Supplier<ChatTemplate> chat)
      throws IOException {
    if (location.startsWith(TABLE)) {
      return table(location.substring(TABLE.length()), column, shardBy, chat);
    }
    CorpusFiles files = CorpusFiles.find(conf, location);
    boolean fromPath = shardBy instanceof ShardBy.Column by && files.haveFolders(by.name());
    ShardIds ids = new ShardIds(shardBy, files.root(), fromPath);
    if (shardBy instanceof ShardBy.File) {
      files.requireOneFileAShard(ids);
    }
    return CorpusFaults.naming(
        () ->
            switch (files.kind()) {
              case TEXT -> texts(files, ids);
              case JSON_LINES -> jsonLines(files, column, ids, chat);
              case PARQUET ->
                  columns(
                      reader().parquet(files.names()), column, ids, chat, files.location(), FILE);
              case ORC ->
                  columns(reader().orc(files.names()), column, ids, chat, files.location(), FILE);
            });
  }

  /** A session may ask to leave out files that can't be read; a corpus never does so silently. */
  private DataFrameReader reader() {
    return spark.read().option("ignoreCorruptFiles", false).option("ignoreMissingFiles", false);
  }

  private Dataset<Row> texts(CorpusFiles files, ShardIds ids) {
    if (ids.by() instanceof ShardBy.Column by && !ids.fromPath()) {
      throw new InputException(
          Words.format("--shard-by column:%s: text files have no columns, and %s no folders %s=…: give file or partition:N.", by.name(), files.location(), by.name()));
    }
    Dataset<Row> rows = reader().option("wholetext", true).text(files.names());
    return documents(
        rows.select(col("value").cast("binary"), lit(null).cast("string"), FILE),
        DocumentParser.plain(),
        ids,
        Documents.RowOf.FILE,
        files.location());
  }

  private Dataset<Row> jsonLines(
      CorpusFiles files, String column, ShardIds ids, Supplier<ChatTemplate> chat) {
    Dataset<Row> lines =
        reader()
            .text(files.names())
            .filter(length(trim(col("value"))).gt(0))
            .select(col("value").cast("binary"), lit(null).cast("string"), FILE);
    Map<String, JsonNode> keys = firstKeys(lines, files.location());
    requireColumn(keys.keySet(), column, files.location(), "--text-column");
    String shardKey = null;
    if (ids.by() instanceof ShardBy.Column by && !ids.fromPath()) {
      shardKey = by.name();
      requireColumn(keys.keySet(), shardKey, files.location(), "--shard-by column:NAME");
    }
    Conversations conversations = keys.get(column).isArray() ? new Conversations(chat.get()) : null;
    JsonLines parser = new JsonLines(column, conversations, shardKey);
    return documents(lines, parser, ids, Documents.RowOf.LINE, files.location());
  }

  /**
   * Keys of the first lines, each with a value; that of a line that is refused later is nothing.
   */
  private static Map<String, JsonNode> firstKeys(Dataset<Row> lines, String location) {
    Map<String, JsonNode> keys = new LinkedHashMap<>();
    List<Row> first = lines.takeAsList(LOOKED_AT);
    DocumentException problem = null;
    for (Row line : first) {
      try {
        String text = Utf8.decode((byte[]) line.get(0));
        if (!text.isBlank()) {
          JsonLines.object(text)
              .properties()
              .forEach(p -> keys.merge(p.getKey(), p.getValue(), (a, b) -> a.isNull() ? b : a));
        }
      } catch (DocumentException e) {
        problem = e;
      }
    }
    if (keys.isEmpty()) {
      throw problem == null
          ? new InputException(
              Words.format("--corpus '%s' has no documents: its files are empty.", location))
          : new InputException(
              Words.format("The first lines of %s are %s: JSON lines hold one object a line.", location, problem.getMessage()));
    }
    return keys;
  }

  private Dataset<Row> table(
      String name, String column, ShardBy shardBy, Supplier<ChatTemplate> chat) {
    if (shardBy instanceof ShardBy.File) {
      throw new InputException(
          Words.format("--corpus table:%s: a table has no files to name shards by: give --shard-by column:NAME or partition:N.", name));
    }
    Dataset<Row> rows;
    try {
      rows = spark.table(name);
    } catch (Exception e) { // AnalysisException, which Spark does not declare
      if (!(e instanceof AnalysisException)) {
        throw e;
      }
      throw new InputException(
          Words.format("There is no table %s in the session's catalog (%s): check the name, or the catalog's settings.", name, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
    ShardIds ids = new ShardIds(shardBy, "", false);
    return columns(rows, column, ids, chat, "table " + name, lit(null).cast("string"));
  }

  private Dataset<Row> columns(
      Dataset<Row> rows,
      String column,
      ShardIds ids,
      Supplier<ChatTemplate> chat,
      String place,
      Column file) {
    Set<String> names = new LinkedHashSet<>(Arrays.asList(rows.columns()));
    requireColumn(names, column, place, "--text-column");
    Column shard = lit(null);
    if (ids.by() instanceof ShardBy.Column by && !ids.fromPath()) {
      requireColumn(names, by.name(), place, "--shard-by column:NAME");
      shard = named(by.name());
    }
    DataType type = rows.schema().apply(column).dataType();
    boolean conversations = isConversation(type);
    if (!conversations && !(type instanceof StringType)) {
      throw new InputException(
          Words.format("Column '%s' of %s is of type %s: --text-column names a column of text, or of conversations (array of role and content).", column, place, type.simpleString()));
    }
    Column content =
        conversations ? to_json(named(column), Map.of("ignoreNullFields", "false")) : named(column);
    return documents(
        rows.select(content.cast("binary"), shard.cast("string"), file),
        conversations ? new Conversations(chat.get()) : DocumentParser.plain(),
        ids,
        Documents.RowOf.TABLE,
        place);
  }

  private static Column named(String column) {
    return col("`" + column.replace("`", "``") + "`");
  }

  private static boolean isConversation(DataType type) {
    return type instanceof ArrayType array
        && array.elementType() instanceof StructType message
        && Arrays.asList(message.fieldNames()).containsAll(List.of("role", "content"));
  }

  private static void requireColumn(Set<String> names, String column, String place, String option) {
    if (!names.contains(column)) {
      throw new InputException(
          Words.format("The corpus has no column '%s' (%s has: %s): name another by %s.", column, place, String.join(", ", names), option));
    }
  }

  private Dataset<Row> documents(
      Dataset<Row> rows, DocumentParser parser, ShardIds ids, Documents.RowOf rowOf, String place) {
    return rows.mapPartitions(
        new Documents(parser, ids, rowOf, place, new SerializableConfiguration(conf)),
        Encoders.row(DOCUMENTS));
  }
}
