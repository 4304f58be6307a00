package dev.foresight.spark.generate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.WrittenFile;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The file of JSON lines that a group of prompts becomes; it appears whole or not at all. */
public final class GroupFile {
  private static final int SHOWN = 40; // characters of a prompt in a message

  private GroupFile() {}

  /**
   * A file that is there.
   *
   * @param name in the output folder
   * @param file its size and hash
   * @param lines how many
   * @param tokens that they were made of
   * @param fresh whether this run wrote it
   */
  public record Part(String name, WrittenFile file, int lines, long tokens, boolean fresh)
      implements Serializable {}

  /** Name of a group's file. */
  public static String name(long group) {
    return Words.format("text/part-%05d.jsonl", group);
  }

  /** Adds a line. */
  public static void add(StringBuilder lines, ObjectNode line) {
    try {
      lines.append(Json.LINES.writeValueAsString(line)).append('\n');
    } catch (JsonProcessingException e) { // of plain values
      throw new UncheckedIOException(e);
    }
  }

  static boolean exists(String output, String name, Configuration conf) throws IOException {
    Path file = new Path(output, name);
    return file.getFileSystem(conf).exists(file);
  }

  /** What an earlier run wrote. */
  static Part found(String output, String name, Configuration conf) throws IOException {
    Path file = new Path(output, name);
    try (var in = file.getFileSystem(conf).open(file)) {
      String lines = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return part(name, WrittenFile.read(file, conf), lines, false);
    }
  }

  static Part write(String output, String name, String lines, Configuration conf)
      throws IOException {
    byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
    WrittenFile file = WrittenFile.write(conf, new Path(output), name, out -> out.write(bytes));
    return part(name, file, lines, true);
  }

  private static Part part(String name, WrittenFile file, String lines, boolean fresh)
      throws IOException {
    int count = 0;
    long tokens = 0;
    for (String line : lines.lines().toList()) {
      JsonNode row = Json.LINES.readTree(line);
      count++;
      tokens += row.path("tokens").asLong();
    }
    return new Part(name, file, count, tokens, fresh);
  }

  /** Runs something about prompts. */
  @FunctionalInterface
  public interface Run<T> {
    T run() throws IOException;
  }

  /** Names a refused prompt by its beginning: its hash says nothing to the reader. */
  public static <T> T naming(List<NumberedPrompt> prompts, Run<T> run) throws IOException {
    try {
      return run.run();
    } catch (InputException e) {
      for (NumberedPrompt prompt : prompts) {
        if (e.getMessage().contains(prompt.id())) {
          String begin = prompt.text().strip().replaceAll("\\s+", " ");
          int most = begin.codePointCount(0, begin.length());
          String shown = begin.substring(0, begin.offsetByCodePoints(0, Math.min(SHOWN, most)));
          throw new InputException(
              e.getMessage()
                  .replace(
                      prompt.id(),
                      Words.format("of shard %s that begins '%s'", prompt.shard(), shown)),
              e);
        }
      }
      throw e;
    }
  }
}
