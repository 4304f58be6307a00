package dev.foresight.jobs.evaluate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.cli.TextFile;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A text to judge a model on: plain text, its line ends read as line feeds, or JSON lines whose
 * {@code text}s are joined by the tokenizer's end-of-sequence token. Either may be compressed.
 *
 * @param name of the file, or the glob
 * @param sha256 of the uncompressed bytes
 * @param tokens with what the tokenizer puts in front of a text, usually one BOS, and behind it
 */
@SuppressWarnings("ArrayRecordComponent") // cut into windows at once, never compared
public record EvaluationText(String name, String sha256, int[] tokens) {
  /**
   * Reads one file, or all that a glob matches in the order of their names.
   *
   * @throws InputException if nothing matches, or a file is not what its name says
   */
  public static EvaluationText read(String location, Configuration conf, Tokenizer tokenizer)
      throws IOException {
    List<Path> files = TextFile.matching("--data", location, conf);
    MessageDigest digest = Hashing.sha256();
    IntStream tokens = IntStream.of(tokenizer.prefix());
    for (int i = 0; i < files.size(); i++) {
      TextFile file = TextFile.read(files.get(i), conf);
      digest.update(file.bytes());
      if (i > 0) {
        tokens = IntStream.concat(tokens, IntStream.of(separator(file.path(), tokenizer)));
      }
      tokens = IntStream.concat(tokens, tokens(file, tokenizer));
    }
    tokens = IntStream.concat(tokens, IntStream.of(tokenizer.suffix()));
    return new EvaluationText(
        Locations.path(location).getName(),
        HexFormat.of().formatHex(digest.digest()),
        tokens.toArray());
  }

  private static IntStream tokens(TextFile file, Tokenizer tokenizer) {
    return file.jsonLines()
        ? joined(file.path(), file.text(), tokenizer)
        : Arrays.stream(tokenizer.encode(file.text()));
  }

  private static int separator(Path file, Tokenizer tokenizer) {
    return tokenizer.eos(Words.format("%s, one of several documents,", file));
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
      JsonNode text = Json.LINES.readTree(line).path("text");
      if (text.isTextual()) {
        return text.asText();
      }
    } catch (JsonProcessingException e) {
      throw new InputException(Words.format("%s: document %d is not JSON.", path, number), e);
    }
    throw new InputException(Words.format("%s: document %d has no \"text\".", path, number));
  }
}
