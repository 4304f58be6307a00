package dev.foresight.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.FolderTree;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.tensor.ByteSource;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** What a job writes into its output folder. */
public final class OutputFolder {
  private static final int CHUNK = 8 << 20;

  private final TargetFolder target;
  private final Configuration conf;
  private final Path root;
  private final SortedMap<String, WrittenFile> written = new TreeMap<>();
  private final SortedMap<String, WrittenFile> tables = new TreeMap<>();

  public OutputFolder(TargetFolder target) {
    this.target = target;
    this.conf = target.conf();
    this.root = target.root();
  }

  /** What tasks and messages call it. */
  public String location() {
    return root.toString();
  }

  /** The folder as a whole: whether it may be written, and when it counts. */
  public TargetFolder target() {
    return target;
  }

  public void write(String file, AtomicFiles.StreamWriter writer) throws IOException {
    note(file, target.write(file, writer));
  }

  /** Notes a file that a task has written. */
  public void note(String file, WrittenFile content) {
    written.put(file, content);
  }

  /** All files so far but those of tables, with their hashes. */
  public SortedMap<String, WrittenFile> written() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(written));
  }

  /** The files of tables, whose names are never the same twice. */
  public SortedMap<String, WrittenFile> tables() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(tables));
  }

  public void text(String file, String text) throws IOException {
    write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Files of these names and texts. */
  public void texts(Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      text(file.getKey(), file.getValue());
    }
  }

  public void json(String file, JsonNode node) throws IOException {
    text(file, Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n");
  }

  /** Copies files byte for byte, into the same sub-folders. */
  public void copy(ModelFolder from, List<String> files) throws IOException {
    for (String file : files) {
      try (ByteSource source = from.openBelow(file)) {
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
  public void table(SparkSession session, String name, List<Row> rows, StructType columns)
      throws IOException {
    table(name, session.createDataFrame(rows, columns).coalesce(1));
  }

  /** The same of a table that need not fit into memory, a file a partition. */
  public void table(String name, Dataset<Row> rows) throws IOException {
    target.requireOurs(name);
    rows.write().mode(SaveMode.Overwrite).parquet(new Path(root, name).toString());
    for (FolderTree.Entry file : FolderTree.of(new Path(root, name), conf)) {
      if (file.name().endsWith(".parquet")) {
        String part = name + "/" + file.name();
        tables.put(part, WrittenFile.read(new Path(root, part), conf));
      }
    }
  }
}
