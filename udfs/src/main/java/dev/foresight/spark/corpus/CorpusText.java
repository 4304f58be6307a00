package dev.foresight.spark.corpus;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Documents of a corpus, which can be asked afterwards whether all of it was read. */
public final class CorpusText {
  private final Dataset<Row> rows;
  private final String option;
  private final String location;
  private final String column;
  private final Seen seen;
  private final CorpusFiles files;
  private final Configuration conf;
  private final Function<CorpusFiles, Dataset<Row>> source;
  private List<String> empty = List.of();

  /**
   * @param option that names it, for messages
   * @param seen told by the tasks that make {@code rows}
   * @param files null of a table
   * @param source what is in some of the files
   */
  CorpusText(
      Dataset<Row> rows,
      String option,
      String location,
      String column,
      Seen seen,
      CorpusFiles files,
      Configuration conf,
      Function<CorpusFiles, Dataset<Row>> source) {
    this.rows = rows;
    this.option = option;
    this.location = location;
    this.column = column;
    this.seen = seen;
    this.files = files;
    this.conf = conf;
    this.source = source;
  }

  /** Rows of {@link CorpusReader#SHARD} and {@link CorpusReader#TEXT}. */
  public Dataset<Row> rows() {
    return rows;
  }

  /**
   * Proves, after a pass over all rows, that the files that were read are those that were listed.
   *
   * @throws InputException if files came, went or changed meanwhile, if there is no document, or
   *     none has the key of the text
   */
  public void requireWhole() throws IOException {
    if (files != null) {
      files.requireUnchanged(conf);
      Set<Path> read =
          seen.value().stream().map(uri -> new Path(URI.create(uri))).collect(Collectors.toSet());
      List<FileStatus> silent = files.without(read);
      requireEmpty(silent);
      empty = silent.stream().map(file -> file.getPath().toString()).toList();
    }
    if (!seen.anyDocument()) {
      throw new InputException(
          Words.format("%s '%s' has no documents: its files are empty.", option, location));
    }
    if (!seen.anyKey()) {
      throw new InputException(
          Words.format(
              "No document of %s '%s' has '%s'; they have: %s. Name the one that holds the text by --text-column%s.",
              option,
              location,
              column,
              seen.otherKeys().isEmpty() ? "nothing" : String.join(", ", seen.otherKeys()),
              seen.likelyKey().map(", perhaps "::concat).orElse("")));
    }
  }

  /** Files that hold no row, known once {@link #requireWhole} was asked. */
  public List<String> emptyFiles() {
    return empty;
  }

  /** Files without a row are read again by themselves: there must be none in them. */
  private void requireEmpty(List<FileStatus> silent) {
    List<FileStatus> doubtful = silent.stream().filter(file -> file.getLen() > 0).toList();
    if (!doubtful.isEmpty()
        && !CorpusFaults.naming(() -> source.apply(files.of(doubtful)).isEmpty())) {
      throw new IllegalStateException(
          Words.format(
              "Spark passed over files of %s '%s', some of %s",
              option, location, doubtful.stream().map(FileStatus::getPath).toList()));
    }
  }
}
