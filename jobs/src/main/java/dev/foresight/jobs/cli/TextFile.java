package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

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
   * Paths of one file, or of all that a glob matches, in the order of their names.
   *
   * @param option that named it, for the message
   * @throws InputException if nothing matches
   */
  public static List<Path> matching(String option, String location, Configuration conf)
      throws IOException {
    Path pattern = new Path(location);
    FileStatus[] files = pattern.getFileSystem(conf).globStatus(pattern);
    if (files == null || files.length == 0) {
      throw new InputException(
          "There is no file %s %s: check the path.".formatted(option, location));
    }
    return Arrays.stream(files).map(FileStatus::getPath).toList();
  }

  /** Reads and decompresses a file. */
  public static TextFile read(Path path, Configuration conf) throws IOException {
    CompressionCodec codec = new CompressionCodecFactory(conf).getCodec(path);
    try (InputStream raw = path.getFileSystem(conf).open(path);
        InputStream in = codec == null ? raw : codec.createInputStream(raw)) {
      return new TextFile(path, in.readAllBytes());
    }
  }

  /** Whether its name says that each line is a JSON object. */
  public boolean jsonLines() {
    return path.getName().matches(".*\\.(jsonl|json|ndjson)(\\.\\w+)?");
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
      throw new InputException("%s is not UTF-8 text: convert it first.".formatted(path), e);
    }
  }
}
