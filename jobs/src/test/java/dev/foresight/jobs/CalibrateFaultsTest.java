package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.Halves;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calibration of a text whose every word is one token, so that sequences can be written by hand.
 */
class CalibrateFaultsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LENGTH = 8;
  private static final String[] WORDS = {"the", "of", "and", "to", "in", "is", "for", "that"};
  private static final String BAD = "with"; // the token that the changed model can't stand

  private static final float LARGE = 60000; // near the end of fp16

  @TempDir private Path folder;
  private Path model;
  private Path corpus;
  private Path store;

  @BeforeEach
  void prepare() {
    model = Cli.TINY;
    corpus = folder.resolve("day.jsonl");
    store = folder.resolve("store");
  }

  @AfterEach
  void freeTheDisk() {
    FaultyFileSystem.FREE.set(Long.MAX_VALUE);
    FaultyFileSystem.settings("", folder).keySet().forEach(System::clearProperty);
  }

  private static String sequence(int seed) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      text.append(' ').append(WORDS[(seed * 5 + i * (seed + 1)) % WORDS.length]);
    }
    return text.toString();
  }

  private static String badSequence() {
    return sequence(3).replaceFirst(" [a-z]+$", " " + BAD);
  }

  private void write(String... sequences) throws IOException {
    Files.writeString(
        corpus, JSON.writeValueAsString(Map.of("text", String.join("", sequences))) + "\n");
  }

  private Cli.Result calibrate(String target, Object... more) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(
                "calibrate",
                "--master",
                "local[1]",
                "--model",
                model,
                "--corpus",
                corpus,
                "--sketches",
                target,
                "--sequence-length",
                LENGTH,
                "--bos",
                "none",
                "--slice",
                4));
    arguments.addAll(List.of(more));
    return Cli.run(arguments.toArray());
  }

  /**
   * A copy of the model in which the squares of mlp_output of block 0 overflow for the bad word: it
   * alone has anything in channel 0 of the residual stream, and that channel is made to grow.
   */
  private void spoilTheModel() throws IOException {
    model = folder.resolve("model");
    Files.createDirectory(model);
    try (Stream<Path> files = Files.list(Cli.TINY)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    int token;
    try (Tokenizer tokenizer =
        Tokenizer.open(ModelFolders.open(model.toString(), new Configuration()))) {
      token = tokenizer.idOf(" " + BAD, "the bad word");
      for (String word : WORDS) {
        tokenizer.idOf(" " + word, "the word"); // is one token too
      }
    }
    Path weights = model.resolve("model.safetensors");
    Weights all = new Weights(Files.readAllBytes(weights));
    int hidden = all.columns("model.embed_tokens.weight");
    for (int row = 0; row < all.rows("model.embed_tokens.weight"); row++) {
      all.set("model.embed_tokens.weight", row * hidden, row == token ? LARGE : 0);
    }
    String block = "model.layers.0.";
    for (int column = 0; column < hidden; column++) {
      all.set(block + "self_attn.o_proj.weight", column, 0);
    }
    all.set(block + "post_attention_layernorm.weight", 0, LARGE);
    all.set(block + "mlp.gate_proj.weight", 0, LARGE);
    all.set(block + "mlp.up_proj.weight", 0, LARGE);
    Files.write(weights, all.bytes.array());
  }

  /** A safetensors file of fp16 tensors, changed in place. */
  private static final class Weights {
    private final ByteBuffer bytes;
    private final int headerBytes;
    private final JsonNode header;

    Weights(byte[] file) throws IOException {
      bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      headerBytes = (int) bytes.getLong(0);
      header = JSON.readTree(new String(file, 8, headerBytes, StandardCharsets.UTF_8));
    }

    int rows(String tensor) {
      return header.path(tensor).at("/shape/0").asInt();
    }

    int columns(String tensor) {
      return header.path(tensor).at("/shape/1").asInt();
    }

    void set(String tensor, int index, float value) {
      assertThat(header.path(tensor).path("dtype").asText()).isEqualTo("F16");
      int begin = 8 + headerBytes + header.path(tensor).at("/data_offsets/0").asInt();
      bytes.putShort(begin + 2 * index, Halves.floatToF16(value));
    }
  }

  @Test
  void sequenceThatIsNotFiniteStopsTheJobByName() throws IOException {
    spoilTheModel();
    write(sequence(0), badSequence(), sequence(1));
    Cli.Result result = calibrate(store.toString());
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err())
        .isEqualTo(
            "foresight: Shard day, sequence 1, block 0: mlp_output is not finite. Look for NaN, infinity or huge values in the weights of this block and the ones before it, or pass --skip-bad-sequences to leave the sequence out.%n"
                .formatted());
    assertThat(store).doesNotExist();
  }

  @Test
  void sliceThatSkipsBadSequencesHasTheSumsOfATextThatNeverHadThem() throws IOException {
    spoilTheModel();
    write(sequence(0), badSequence(), sequence(1), sequence(2), badSequence(), sequence(4));
    Cli.Result result = calibrate(store.toString(), "--skip-bad-sequences");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains(
            "Left out: shard day, sequence 1: mlp_output of block 0 is not finite",
            "Left out: shard day, sequence 4: mlp_output of block 0 is not finite",
            "Calibrated 32 tokens");
    JsonNode shard =
        JSON.readTree(Files.readString(store.resolve("report.json"))).at("/shards/day");
    assertThat(shard.path("used_sequences").asInt()).isEqualTo(4);
    assertThat(shard.at("/skipped_sequences/1").toString())
        .isEqualTo("{\"sequence\":4,\"block\":0,\"place\":\"mlp_output\"}");

    // slice 0 is sequences 0, 2, 3; the last one of slice 1 is at the same place in both texts
    write(sequence(0), sequence(1), sequence(2));
    Path without = folder.resolve("without");
    assertThat(calibrate(without.toString()).exitCode()).isZero();
    String first = "sums/day.00000";
    assertThat(only(Cli.hashes(store, ".parquet"), first))
        .isEqualTo(only(Cli.hashes(without, ".parquet"), first));
  }

  private static String only(Map<String, String> hashes, String prefix) {
    List<String> found =
        hashes.entrySet().stream()
            .filter(entry -> entry.getKey().startsWith(prefix))
            .map(Map.Entry::getValue)
            .toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  @Test
  void lastSequenceThatIsSkippedIsAsIfItHadNeverBeenAskedFor() throws IOException {
    spoilTheModel();
    write(sequence(0), sequence(1), sequence(2), badSequence());
    assertThat(calibrate(store.toString(), "--skip-bad-sequences").exitCode()).isZero();
    Path without = folder.resolve("without");
    assertThat(calibrate(without.toString(), "--sequences-per-shard", 3).exitCode()).isZero();
    for (String table : List.of("sums", "rows", "tokens")) {
      assertThat(Cli.hashes(store.resolve(table), ".parquet"))
          .hasSize(1)
          .isEqualTo(Cli.hashes(without.resolve(table), ".parquet"));
    }
  }

  @Test
  void sliceOfBadSequencesAloneIsRefused() throws IOException {
    spoilTheModel();
    write(badSequence(), badSequence());
    Cli.Result result = calibrate(store.toString(), "--skip-bad-sequences");
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err())
        .contains("Shard day: none of the sequences 0 to 1 gives finite activations.");
  }

  @Test
  void fullDiskIsNamedAndTheNextRunTakesOver() throws IOException {
    write(
        sequence(0),
        sequence(1),
        sequence(2),
        sequence(3),
        sequence(4),
        sequence(5),
        sequence(6),
        sequence(7),
        sequence(8),
        sequence(9),
        sequence(10),
        sequence(11));
    Path whole = folder.resolve("whole");
    assertThat(calibrate(whole.toString()).exitCode()).isZero();
    long needed = 0;
    try (Stream<Path> files = Files.walk(whole)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        needed += Files.size(file);
      }
    }
    FaultyFileSystem.settings("", folder).forEach(System::setProperty);
    FaultyFileSystem.FREE.set(needed / 2);
    Cli.Result result = calibrate(FaultyFileSystem.uri(store));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err())
        .containsPattern(
            "(sums|rows)/day\\.00001 of the store faulty:%s can't be written: No space left on device\\. Mend that and run the same command again: finished slices are kept\\."
                .formatted(store));
    assertThat(store.resolve("_SUCCESS")).doesNotExist();
    FaultyFileSystem.FREE.set(Long.MAX_VALUE);
    result = calibrate(FaultyFileSystem.uri(store));
    assertThat(result.exitCode()).as(result.err()).isZero();
    // the third slice ran beside the second: it is finished or not
    assertThat(result.out())
        .containsPattern(
            "Took over 1 slices[^/]*Calibrated 64|Took over 2 slices[^/]*Calibrated 32");
    assertThat(Cli.hashes(store, ".parquet")).isEqualTo(Cli.hashes(whole, ".parquet"));
  }

  @Test
  void privateTextLeavesNeitherTokenIdsNorRowsAndTheSameSums() throws IOException {
    write(sequence(0), sequence(1), sequence(2), sequence(3), sequence(4));
    Path open = folder.resolve("open");
    assertThat(calibrate(open.toString()).exitCode()).isZero();
    Cli.Result result = calibrate(store.toString(), "--no-token-ids", "--rows", 0);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(store.resolve("sequences")).doesNotExist();
    assertThat(store.resolve("rows")).doesNotExist();
    assertThat(Cli.hashes(store.resolve("sums"), ".parquet"))
        .hasSize(2)
        .isEqualTo(Cli.hashes(open.resolve("sums"), ".parquet"));

    Path out = folder.resolve("out");
    Object[] quantize = {
      "quantize",
      "--master",
      "local[1]",
      "--model",
      model,
      "--sketches",
      store,
      "--out",
      out,
      "--method",
      "awq",
      "--group",
      64
    };
    Cli.Result refused = Cli.run(quantize);
    assertThat(refused.exitCode()).as(refused.err()).isEqualTo(3);
    assertThat(refused.err())
        .isEqualTo(
            "foresight: The store file:%s holds no rows of day, which the sampled loss needs: calibrate into another store with --rows 512, or pass --loss diagonal.%n"
                .formatted(store));
    Object[] compensated = {"--loss", "diagonal", "--rounding", "compensated"};
    refused = Cli.run(Stream.of(quantize, compensated).flatMap(Stream::of).toArray());
    assertThat(refused.err())
        .contains("no rows of day, which compensated rounding needs", "with --rows 512")
        .contains("or pass --rounding nearest");
    assertThat(out).doesNotExist();
    Cli.Result diagonal =
        Cli.run(
            Stream.of(quantize, new Object[] {"--loss", "diagonal"}).flatMap(Stream::of).toArray());
    assertThat(diagonal.exitCode()).as(diagonal.err()).isZero();
  }

  @Test
  void planWritesNothing() throws IOException {
    write(sequence(0), sequence(1), sequence(2), sequence(3), sequence(4));
    Cli.Result result = calibrate(store.toString(), "--plan");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains(
            "Reads    1 files, %,d bytes, 1 shards".formatted(Files.size(corpus)),
            "sequences of 8",
            "2 tasks of 4 sequences",
            // of each slice 4 x 7 tokens behind position 0
            "Store    about 1 MiB, nearly all of it 56 sampled rows",
            "spark.executor.memoryOverhead=",
            "tokens/s in one task",
            "Nothing was written.");
    assertThat(store).doesNotExist();
  }
}
