package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FileSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.util.LineReader;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that makes rows (shard, text) of rows (content, shard value, file). It holds one row at
 * a time.
 */
final class Documents implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final DocumentParser parser;
  private final ShardIds ids;
  private final RowOf rowOf;
  private final String place;
  private final SerializableConfiguration conf;
  private final Seen seen;

  /** What a row is in its source. */
  enum RowOf {
    /** A line of a file. */
    LINE,
    /** A whole file. */
    FILE,
    /** A row of a table or a columnar file. */
    TABLE
  }

  /**
   * @param rowOf what a row is, so that refusals can say where it stands
   * @param place the corpus, for messages about rows without a file
   * @param seen told of what is read
   */
  Documents(
      DocumentParser parser,
      ShardIds ids,
      RowOf rowOf,
      String place,
      SerializableConfiguration conf,
      Seen seen) {
    this.parser = parser;
    this.ids = ids;
    this.rowOf = rowOf;
    this.place = place;
    this.conf = conf;
    this.seen = seen;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    return new Iterator<>() {
      private Row next;
      private String file;

      @Override
      public boolean hasNext() {
        while (next == null && rows.hasNext()) {
          Row row = rows.next();
          if (!row.isNullAt(2) && !row.getString(2).equals(file)) {
            file = row.getString(2);
            seen.add(file);
          }
          next = document(row).orElse(null);
        }
        return next != null;
      }

      @Override
      public Row next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Row row = next;
        next = null;
        return row;
      }
    };
  }

  private Optional<Row> document(Row row) {
    byte[] content = row.isNullAt(0) ? null : (byte[]) row.get(0);
    String value = row.getString(1);
    String file = row.getString(2);
    try {
      if (content == null) {
        seen.document();
        return Optional.of(RowFactory.create(shard(file, value, null), null));
      }
      Optional<DocumentParser.Document> found = parser.parse(content);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      DocumentParser.Document document = found.get();
      seen.document();
      if (document.hasKey()) {
        seen.key();
      } else if (seen.wantsOthers()) {
        seen.others(parser.otherKeys(content));
      }
      String shardValue = value == null ? document.shard() : value;
      return Optional.of(
          RowFactory.create(shard(file, shardValue, document.text()), document.text()));
    } catch (DocumentException e) {
      throw new InputException(where(file, content, e.line()) + ": " + e.getMessage() + ".", e);
    } catch (InputException e) { // the chat template's: it knows itself, not the place
      throw new InputException(where(file, content, 1) + ": " + e.getMessage(), e);
    }
  }

  private String shard(String file, String value, String text) throws DocumentException {
    Optional<String> id = ids.of(file, value, text);
    if (id.isEmpty()) {
      String name = ((ShardBy.Column) ids.by()).name();
      throw new DocumentException(
          Words.format(
              "a document has no value in '%s', which --shard-by names: fill it, or filter the corpus",
              name),
          1);
    }
    return id.get();
  }

  private String where(String file, byte[] content, int lineOfFile) {
    if (file == null) {
      return place;
    }
    Path path = new Path(URI.create(file));
    try {
      return switch (rowOf) {
        case LINE -> Words.format("%s, line %d", path, lineOf(conf.value(), path, content));
        case FILE -> Words.format("%s, line %d", path, lineOfFile);
        case TABLE -> path.toString();
      };
    } catch (IOException e) {
      return path.toString(); // what is wrong with the line matters more than its number
    }
  }

  /** The number of the first line with this content, from 1: tasks know offsets, people lines. */
  private static long lineOf(Configuration conf, Path path, byte[] content) throws IOException {
    try (InputStream in = FileSettings.open(path, conf);
        LineReader reader = new LineReader(in)) {
      Text line = new Text();
      for (long number = 1; reader.readLine(line) > 0; number++) {
        byte[] bytes = line.copyBytes();
        if (Arrays.equals(number == 1 ? Utf8.withoutMark(bytes) : bytes, content)) {
          return number;
        }
      }
    }
    throw new IOException("The line is gone from " + path);
  }
}
