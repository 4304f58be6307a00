package dev.foresight.jobs.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.AtomicFiles;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import java.io.CharConversionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A single file that a command writes, whole or not at all, and never over what it reads. */
public final class OutputFile {
  private final Configuration conf;
  private final Path path;
  private final String option;
  private final String command; // whose report it is, empty for none

  private OutputFile(Configuration conf, Path path, String option, String command) {
    this.conf = conf;
    this.path = path;
    this.option = option;
    this.command = command;
  }

  /**
   * A file that takes the place of one that is there only where that was asked for.
   *
   * @param option that names it
   * @throws InputException if it is in use, or one of the command's inputs
   */
  public static OutputFile of(
      Footprint footprint, String option, boolean overwrite, Configuration conf)
      throws IOException {
    OutputFile file = new OutputFile(conf, footprint.file(option, conf), option, "");
    if (file.isThere() && !overwrite) {
      throw new InputException(
          Words.format("%s exists: choose another %s, or pass --overwrite.", file.path, option));
    }
    return file;
  }

  /**
   * A report as JSON; one of an earlier run may be there and is replaced, nothing else is.
   *
   * @param option that names it
   * @param command which writes it
   * @throws InputException if the file is somebody else's, or one of the command's inputs
   */
  public static OutputFile report(
      Footprint footprint, String option, String command, Configuration conf) throws IOException {
    OutputFile file = new OutputFile(conf, footprint.file(option, conf), option, command);
    if (file.isThere() && !file.isReport()) {
      throw new InputException(
          Words.format(
              "%s exists and is no report of foresight %s: choose another %s, or remove it yourself.",
              file.path, command, option));
    }
    return file;
  }

  private boolean isThere() throws IOException {
    try {
      FileStatus status = path.getFileSystem(conf).getFileStatus(path);
      if (status.isDirectory()) {
        throw new InputException(Words.format("%s is a folder: choose another %s.", path, option));
      }
      return true;
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private boolean isReport() throws IOException {
    try (var in = path.getFileSystem(conf).open(path)) {
      JsonNode there =
          Json.MAPPER.readTree((InputStream) in); // its first value, however long it is
      return there.path("writer").asText().equals("foresight")
          && there.path("report").asText().equals(command);
    } catch (JsonProcessingException | CharConversionException e) {
      return false;
    }
  }

  /** Writes a report, which says whose it is. */
  public void writeReport(ObjectNode content) throws IOException {
    ObjectNode report = Json.MAPPER.createObjectNode();
    report.put("writer", "foresight").put("report", command).setAll(content);
    writeJson(report);
  }

  /** Writes JSON for people. */
  public void writeJson(JsonNode node) throws IOException {
    String text = Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node) + "\n";
    write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Writes the file, and leaves no trace of how it came to be. */
  public void write(AtomicFiles.StreamWriter writer) throws IOException {
    FileSystem fileSystem = path.getFileSystem(conf);
    Path unfinished = new Path(path.getParent(), AtomicFiles.TEMPORARY);
    boolean wasThere = fileSystem.exists(unfinished); // Spark jobs have such a folder
    AtomicFiles.writeStream(conf, path.getParent(), path.getName(), writer);
    if (!wasThere
        && fileSystem.exists(unfinished)
        && fileSystem.listStatus(unfinished).length == 0) {
      fileSystem.delete(unfinished, false);
    }
  }
}
