package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.FileMatches;
import dev.foresight.spark.io.FileSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;

/**
 * A file of text that fits into memory, and may be compressed.
 *
 * @param bytes uncompressed
 */
@SuppressWarnings("ArrayRecordComponent") // hashed and decoded, never compared
public record TextFile(Path path, byte[] bytes) {
  // the WikiText-2 file has some of each, and published numbers come from Python's text mode, which
  // reads them all as line feeds: 28.86 instead of 29.01 for SmolLM2-135M on 32 windows of 512
  private static final Pattern LINE_ENDS = Pattern.compile("\\r\\n?");

  /**
   * Paths of one file, or where none has that name of all that it matches as a glob, in order.
   *
   * @param option that named it, for the message
   * @throws InputException if nothing matches
   */
  public static List<Path> matching(String option, String location, Configuration conf)
      throws IOException {
    List<FileStatus> files = FileMatches.of(location, conf).found();
    if (files.isEmpty()) {
      throw new InputException(
          Words.format("There is no file %s %s: check the path.", option, location));
    }
    for (FileStatus file : files) {
      if (file.isDirectory()) {
        throw new InputException(
            Words.format(
                "%s %s: %s is a folder: name a file, or files by a glob.",
                option, location, file.getPath()));
      }
    }
    return files.stream().map(FileStatus::getPath).toList();
  }

  /** Reads and decompresses a file. */
  public static TextFile read(Path path, Configuration conf) throws IOException {
    try (InputStream in = FileSettings.open(path, conf)) {
      return new TextFile(path, in.readAllBytes());
    }
  }

  /** Whether its name says that each line is a JSON object, as that of a corpus would. */
  public boolean jsonLines() {
    return path.getName().matches("(?s).*\\.(jsonl|json|ndjson)(\\.(gz|zst|bz2|lz4|snappy))?");
  }

  /**
   * The text, its line ends read as line feeds.
   *
   * @throws InputException if it is not UTF-8
   */
  public String text() {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return LINE_ENDS.matcher(text).replaceAll("\n");
    } catch (CharacterCodingException e) {
      throw new InputException(Words.format("%s is not UTF-8 text: convert it first.", path), e);
    }
  }
}
