package dev.foresight.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.spark.Json;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

/**
 * A text to judge a model on: plain text, its line ends read as line feeds, or JSON lines whose
 * {@code text}s are joined by the tokenizer's end-of-sequence token. Either may be compressed.
 *
 * @param name of the file, or the glob
 * @param sha256 of the uncompressed bytes
 * @param tokens with one BOS in front where the tokenizer adds one
 */
@SuppressWarnings("ArrayRecordComponent") // cut into windows at once, never compared
record EvaluationText(String name, String sha256, int[] tokens) {
  // the WikiText-2 file has some of each, and published numbers come from Python's text mode, which
  // reads them all as line feeds: 28.86 instead of 29.01 for SmolLM2-135M on 32 windows of 512
  private static final Pattern LINE_ENDS = Pattern.compile("\\r\\n?");

  /**
   * Reads one file, or all that a glob matches in the order of their names.
   *
   * @throws InputException if nothing matches, or a file is not what its name says
   */
  static EvaluationText read(String location, Configuration conf, Tokenizer tokenizer)
      throws IOException {
    Path pattern = new Path(location);
    FileStatus[] files = pattern.getFileSystem(conf).globStatus(pattern);
    if (files == null || files.length == 0) {
      throw new InputException("There is no file --data %s: check the path.".formatted(location));
    }
    MessageDigest digest = Hashing.sha256();
    IntStream tokens =
        tokenizer.addsBos() ? IntStream.of(tokenizer.bos().getAsInt()) : IntStream.empty();
    for (int i = 0; i < files.length; i++) {
      Path file = files[i].getPath();
      byte[] bytes = bytes(file, conf);
      digest.update(bytes);
      if (i > 0) {
        tokens = IntStream.concat(tokens, IntStream.of(separator(file, tokenizer)));
      }
      tokens = IntStream.concat(tokens, tokens(file, decode(file, bytes), tokenizer));
    }
    return new EvaluationText(
        pattern.getName(), HexFormat.of().formatHex(digest.digest()), tokens.toArray());
  }

  private static IntStream tokens(Path file, String text, Tokenizer tokenizer) {
    boolean lines = file.getName().matches(".*\\.(jsonl|json|ndjson)(\\.\\w+)?");
    return lines ? joined(file, text, tokenizer) : Arrays.stream(tokenizer.encode(text));
  }

  private static int separator(Path file, Tokenizer tokenizer) {
    return tokenizer
        .eos()
        .orElseThrow(
            () ->
                new InputException(
                    "%s is one of several documents, and the tokenizer names no eos_token to stand"
                            .formatted(file)
                        + " between them: give one plain text."));
  }

  private static byte[] bytes(Path path, Configuration conf) throws IOException {
    CompressionCodec codec = new CompressionCodecFactory(conf).getCodec(path);
    try (InputStream raw = path.getFileSystem(conf).open(path);
        InputStream in = codec == null ? raw : codec.createInputStream(raw)) {
      return in.readAllBytes();
    }
  }

  private static String decode(Path path, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return LINE_ENDS.matcher(text).replaceAll("\n");
    } catch (CharacterCodingException e) {
      throw new InputException("%s is not UTF-8 text: convert it first.".formatted(path), e);
    }
  }

  private static IntStream joined(Path path, String text, Tokenizer tokenizer) {
    IntStream.Builder tokens = IntStream.builder();
    int number = 0;
    for (String line : (Iterable<String>) text.lines().filter(l -> !l.isBlank())::iterator) {
      if (number++ > 0) {
        tokens.add(separator(path, tokenizer));
      }
      for (int token : tokenizer.encode(document(path, number, line))) {
        tokens.add(token);
      }
    }
    return tokens.build();
  }

  private static String document(Path path, int number, String line) {
    try {
      JsonNode text = Json.MAPPER.readTree(line).path("text");
      if (text.isTextual()) {
        return text.asText();
      }
    } catch (JsonProcessingException e) {
      throw new InputException("%s: document %d is not JSON.".formatted(path, number), e);
    }
    throw new InputException("%s: document %d has no \"text\".".formatted(path, number));
  }
}
