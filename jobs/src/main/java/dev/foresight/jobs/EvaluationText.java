package dev.foresight.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.spark.Json;
import dev.foresight.text.Tokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;

/**
 * A text to judge a model on: plain text as it is, or JSON lines whose {@code text}s are joined by
 * the tokenizer's end-of-sequence token. Either may be compressed.
 *
 * @param name of the file
 * @param sha256 of its uncompressed bytes
 * @param tokens with one BOS in front where the tokenizer adds one
 */
@SuppressWarnings("ArrayRecordComponent") // cut into windows at once, never compared
record EvaluationText(String name, String sha256, int[] tokens) {

  static EvaluationText read(String location, Configuration conf, Tokenizer tokenizer)
      throws IOException {
    Path path = new Path(location);
    byte[] bytes = bytes(path, conf);
    String text = decode(path, bytes);
    boolean lines = path.getName().matches(".*\\.(jsonl|json|ndjson)(\\.\\w+)?");
    IntStream tokens =
        lines ? joined(path, text, tokenizer) : Arrays.stream(tokenizer.encode(text));
    IntStream bos =
        tokenizer.addsBos() ? IntStream.of(tokenizer.bos().getAsInt()) : IntStream.empty();
    return new EvaluationText(
        path.getName(), Hashing.sha256Hex(bytes), IntStream.concat(bos, tokens).toArray());
  }

  private static byte[] bytes(Path path, Configuration conf) throws IOException {
    CompressionCodec codec = new CompressionCodecFactory(conf).getCodec(path);
    try (InputStream raw = path.getFileSystem(conf).open(path);
        InputStream in = codec == null ? raw : codec.createInputStream(raw)) {
      return in.readAllBytes();
    } catch (FileNotFoundException e) {
      throw new InputException("There is no file --data %s: check the path.".formatted(path), e);
    }
  }

  private static String decode(Path path, byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InputException("%s is not UTF-8 text: convert it first.".formatted(path), e);
    }
  }

  private static IntStream joined(Path path, String text, Tokenizer tokenizer) {
    int separator =
        tokenizer
            .eos()
            .orElseThrow(
                () ->
                    new InputException(
                        "%s has several documents, and the tokenizer names no eos_token to stand"
                                .formatted(path)
                            + " between them: use plain text."));
    IntStream.Builder tokens = IntStream.builder();
    int number = 0;
    for (String line : (Iterable<String>) text.lines().filter(l -> !l.isBlank())::iterator) {
      if (number++ > 0) {
        tokens.add(separator);
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
