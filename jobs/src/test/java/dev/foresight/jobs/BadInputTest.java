package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Refused input: exit code 3, one message that says what, where and how to mend it, no trace. */
class BadInputTest {
  @TempDir private Path folder;
  private Path model;
  private Path corpus;
  private Path store;
  private Path out;

  @BeforeEach
  void prepare() throws IOException {
    model = folder.resolve("model");
    Files.createDirectory(model);
    try (Stream<Path> files = Files.list(Cli.TINY)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    corpus = folder.resolve("corpus.jsonl");
    Files.writeString(corpus, "{\"text\": \"%s\"}%n".formatted("A sentence. ".repeat(200)));
    store = folder.resolve("store");
    out = folder.resolve("out");
  }

  private Cli.Result calibrate() {
    return Cli.run(
        "calibrate",
        "--master",
        "local[2]",
        "--model",
        model,
        "--corpus",
        corpus,
        "--sketches",
        store,
        "--sequence-length",
        32);
  }

  private Cli.Result quantize(Object... options) {
    Object[] fixed = {
      "quantize", "--master", "local[2]", "--model", model, "--sketches", store, "--out", out
    };
    return Cli.run(Stream.of(fixed, options).flatMap(Stream::of).toArray());
  }

  private void assertRefused(Cli.Result result, String... parts) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("foresight: ").contains(parts);
    assertThat(out).doesNotExist();
  }

  private void editConfig(String from, String to) throws IOException {
    Path config = model.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
  }

  @Test
  void missingModelFolder() {
    model = folder.resolve("nowhere");
    assertRefused(calibrate(), "nowhere");
    assertThat(store).doesNotExist();
  }

  @Test
  void damagedWeights() throws IOException {
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length - 1000));
    assertRefused(calibrate(), "model.safetensors");
    assertThat(store).doesNotExist();
  }

  @Test
  void unknownModelTypeIsNamedWithWhatIsSupported() throws IOException {
    editConfig("\"llama\"", "\"dromedary\"");
    assertRefused(calibrate(), "dromedary", "llama");
    assertThat(store).doesNotExist();
  }

  @Test
  void corpusWithoutTheTextColumn() throws IOException {
    Files.writeString(corpus, "{\"id\": 1, \"body\": \"text\"}\n");
    assertRefused(calibrate(), "'text'", "body, id", "--text-column");
    assertThat(store).doesNotExist();
  }

  @Test
  void corpusThatMatchesNothing() {
    corpus = folder.resolve("*.jsonl.gz");
    assertRefused(calibrate(), "--corpus");
    assertThat(store).doesNotExist();
  }

  @Test
  void lineThatIsNoJsonLeavesNoStore() throws IOException {
    Files.writeString(corpus, "{\"text\": \"fine\"}\nnot json\n");
    assertRefused(calibrate(), "corpus", "not a JSON object");
    assertThat(store).doesNotExist();
  }

  @Test
  void corpusWithTooLittleText() throws IOException {
    Files.writeString(corpus, "{\"text\": \"short\"}\n");
    assertRefused(calibrate(), "--sequence-length");
    assertThat(store).doesNotExist();
  }

  @Test
  void groupThatDoesNotDivide() {
    assertRefused(
        quantize("--method", "rtn", "--group", 96), "96", "128 input channels", "--group", "64");
  }

  @Test
  void bitsOutOfRange() {
    assertRefused(quantize("--method", "rtn", "--bits", 9), "9 bits");
  }

  @Test
  void searchWithoutAStore() {
    assertRefused(quantize("--method", "awq"), "not a finished sketch store", "calibrate");
  }

  @Test
  void sketchesOfAnotherModel() throws IOException {
    assertThat(calibrate().exitCode()).isZero();
    editConfig("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": 1e-06");
    assertRefused(quantize("--method", "faq"), "another model", "config.json");
  }

  @Test
  void shardThatTheStoreDoesNotHave() {
    assertThat(calibrate().exitCode()).isZero();
    assertRefused(quantize("--method", "faq", "--shards", "poetry"), "poetry", "corpus");
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuda", "cuda:1", "gpu(0)", "tpu"})
  void deviceThatIsNotThere(String device) {
    System.setProperty("spark.foresight.calibrate.device", device);
    try {
      assertRefused(calibrate(), "'%s'".formatted(device), "CPU", "--device cpu");
    } finally {
      System.clearProperty("spark.foresight.calibrate.device");
    }
    assertThat(store).doesNotExist();
  }

  @Test
  void containerThatCannotHoldTheWidthNamesThoseThatCan() {
    assertRefused(
        quantize("--method", "rtn", "--bits", 3, "--container", "awq"),
        "awq can't hold 3 bits",
        "gptq_v2");
    assertRefused(
        quantize("--method", "rtn", "--bits", 5, "--container", "gptq"),
        "gptq can't hold 5 bits",
        "compressed-tensors, dequantized can");
    assertRefused(quantize("--method", "rtn", "--container", "gguf"), "gguf is unknown", "awq");
  }

  @Test
  void folderThatHoldsSomethingElseIsLeftAlone() throws IOException {
    Files.createDirectory(store);
    Files.writeString(store.resolve("thesis.txt"), "dear to somebody");
    assertRefused(calibrate(), "holds thesis.txt", "no sketch store", "another --sketches");
    assertThat(store.resolve("thesis.txt")).hasContent("dear to somebody");
  }
}
