package dev.foresight.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.spark.AtomicFiles;
import dev.foresight.spark.Json;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** A folder that a job writes: anything in it may be read once {@code _SUCCESS} is there. */
final class OutputFolder {
  private static final int CHUNK = 8 << 20;

  private final Configuration conf;
  private final Path root;

  OutputFolder(Configuration conf, String root) {
    this.conf = conf;
    this.root = new Path(root);
  }

  /** What tasks and messages call it. */
  String location() {
    return root.toString();
  }

  /**
   * Refuses a folder that holds anything, unless it may be replaced.
   *
   * @throws InputException if the folder is not empty
   */
  void prepare(boolean overwrite) throws IOException {
    FileSystem fileSystem = root.getFileSystem(conf);
    if (!fileSystem.exists(root) || fileSystem.listStatus(root).length == 0) {
      return;
    }
    if (!overwrite) {
      throw new InputException(
          "%s exists and is not empty: choose another --out, or pass --overwrite.".formatted(root));
    }
    fileSystem.delete(root, true);
  }

  /** Takes back all that was written: refused input leaves nothing. */
  void remove() throws IOException {
    root.getFileSystem(conf).delete(root, true);
  }

  void write(String file, AtomicFiles.StreamWriter writer) throws IOException {
    AtomicFiles.writeStream(conf, root, file, writer);
  }

  void text(String file, String text) throws IOException {
    AtomicFiles.writeText(conf, root, file, text);
  }

  void json(String file, JsonNode node) throws IOException {
    text(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n");
  }

  /** Copies files byte for byte. */
  void copy(ModelFolder from, List<String> files) throws IOException {
    for (String file : files) {
      try (ByteSource source = from.open(file)) {
        write(
            file,
            out -> {
              var channel = Channels.newChannel(out);
              for (long at = 0; at < source.size(); at += CHUNK) {
                channel.write(source.read(at, (int) Math.min(CHUNK, source.size() - at)));
              }
            });
      }
    }
  }

  /** Writes a small table as Parquet through Spark, so that lineage tools see it. */
  void table(SparkSession session, String name, List<Row> rows, StructType columns) {
    session
        .createDataFrame(rows, columns)
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(new Path(root, name).toString());
  }

  /** Publishes the folder. */
  void commit() throws IOException {
    text("_SUCCESS", "");
    root.getFileSystem(conf).delete(new Path(root, AtomicFiles.TEMPORARY), true);
  }
}
