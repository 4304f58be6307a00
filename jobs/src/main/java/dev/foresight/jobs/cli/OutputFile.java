package dev.foresight.jobs.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.InputException;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A single file that a job writes, whole or not at all. */
public final class OutputFile {
  private final Configuration conf;
  private final Path path;

  public OutputFile(Configuration conf, String path) {
    this.conf = conf;
    this.path = new Path(path);
  }

  /**
   * Refuses a file that is there, unless it may be replaced.
   *
   * @param option that named it, for the message
   * @throws InputException if something of that name exists
   */
  public void prepare(String option, boolean overwrite) throws IOException {
    FileSystem fileSystem = path.getFileSystem(conf);
    if (!fileSystem.exists(path)) {
      return;
    }
    if (fileSystem.getFileStatus(path).isDirectory()) {
      throw new InputException("%s is a folder: choose another %s.".formatted(path, option));
    }
    if (!overwrite) {
      throw new InputException(
          "%s exists: choose another %s, or pass --overwrite.".formatted(path, option));
    }
  }

  /** Writes JSON for people. */
  public void writeJson(JsonNode node) throws IOException {
    String text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
    write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes the file, and leaves no trace of how it came to be. */
  public void write(AtomicFiles.StreamWriter writer) throws IOException {
    FileSystem fileSystem = path.getFileSystem(conf);
    AtomicFiles.writeStream(conf, path.getParent(), path.getName(), writer);
    Path unfinished = new Path(path.getParent(), AtomicFiles.TEMPORARY);
    if (fileSystem.exists(unfinished) && fileSystem.listStatus(unfinished).length == 0) {
      fileSystem.delete(unfinished, false);
    }
  }
}
