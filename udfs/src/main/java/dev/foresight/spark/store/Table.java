package dev.foresight.spark.store;

import java.io.IOException;
import java.util.HashMap;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.filter2.compat.FilterCompat;
import org.apache.parquet.filter2.predicate.FilterPredicate;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

/**
 * One kind of Parquet file in a store: its columns, and how a row is written and read. Tasks write
 * these files themselves, one a slice, because only then is a file the same bytes again.
 *
 * @param <R> a row
 */
abstract class Table<R> {
  /** Columns in order. */
  abstract MessageType schema();

  /** Writes the fields of one row. */
  abstract void write(R row, Fields fields);

  /** Reads one row. */
  abstract R read(Group group);

  /**
   * Opens a file for writing; the caller closes it.
   *
   * <p>Data pages of version 2 have one encoding a column. Those of version 1 have several, which
   * the footer lists in the order of a hash set: the same rows would be other bytes in each
   * process.
   *
   * @param rowsOfGroup rows of each row group, so that one block can be read alone
   */
  final ParquetWriter<R> writer(Configuration conf, OutputFile file, int rowsOfGroup)
      throws IOException {
    return new Builder(file)
        .withConf(conf)
        .withWriterVersion(WriterVersion.PARQUET_2_0)
        .withCompressionCodec(CompressionCodecName.ZSTD)
        .withRowGroupRowCountLimit(rowsOfGroup)
        .withDictionaryEncoding(false)
        .build();
  }

  /**
   * Reads the rows that match, in the order of the file; every page that is read is held against
   * its checksum.
   */
  final void read(Configuration conf, Path path, Optional<FilterPredicate> filter, RowSink<R> sink)
      throws IOException {
    var builder =
        ParquetReader.builder(new GroupReadSupport(), path)
            .withConf(conf)
            .usePageChecksumVerification();
    filter.ifPresent(predicate -> builder.withFilter(FilterCompat.get(predicate)));
    try (ParquetReader<Group> reader = builder.build()) {
      for (Group group = reader.read(); group != null; group = reader.read()) {
        sink.accept(read(group));
      }
    }
  }

  /** Takes rows as they are read. */
  @FunctionalInterface
  interface RowSink<R> {
    void accept(R row);
  }

  private final class Builder extends ParquetWriter.Builder<R, Builder> {
    Builder(OutputFile file) {
      super(file);
    }

    @Override
    protected Builder self() {
      return this;
    }

    @Override
    protected WriteSupport<R> getWriteSupport(Configuration conf) {
      return new Support();
    }
  }

  private final class Support extends WriteSupport<R> {
    private RecordConsumer consumer;

    @Override
    public WriteContext init(Configuration configuration) {
      return new WriteContext(schema(), new HashMap<>());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
      consumer = recordConsumer;
    }

    @Override
    public void write(R row) {
      consumer.startMessage();
      Table.this.write(row, new Fields(consumer));
      consumer.endMessage();
    }
  }
}
