package dev.foresight.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.Cli;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpora of every shape through the command line, on the demo model. */
class CorpusOptionsTest {
  private static final String SENTENCES = "A sentence about nothing. ".repeat(40);

  @TempDir private Path folder;

  private Path store;

  private Path store() {
    return store == null ? folder.resolve("store") : store;
  }

  private Cli.Result calibrate(Object corpus, Object... options) {
    Object[] fixed = {
      "calibrate",
      "--master",
      "local[2]",
      "--model",
      Cli.TINY,
      "--corpus",
      corpus,
      "--sketches",
      store(),
      "--sequence-length",
      32,
      "--sequences-per-shard",
      2,
      "--rows",
      8
    };
    return Cli.run(Stream.of(fixed, options).flatMap(Stream::of).toArray());
  }

  private void assertRefused(Cli.Result result, String... parts) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).contains(parts);
    assertThat(store()).doesNotExist();
  }

  private SketchStore open() {
    return new SketchStore(new Configuration(), store().toString());
  }

  private Path chat(String roleOfAnswer) throws IOException {
    String line =
        "{\"messages\": [{\"role\": \"user\", \"content\": \"Why?\"}, {\"role\": \"%s\", \"content\":"
            + " \"%s\"}]}\n";
    return Files.writeString(folder.resolve("chat.jsonl"), line.formatted(roleOfAnswer, SENTENCES));
  }

  @Test
  void conversationsAreRunAsTheModelsTemplateWritesThem() throws IOException {
    Cli.Result result = calibrate(chat("assistant"), "--text-column", "messages");
    assertThat(result.exitCode()).as(result.err()).isZero();
    try (Tokenizer tokenizer = Tokenizer.open(new LocalModelFolder(Cli.TINY))) {
      var shard = open().manifest().stored().get(0);
      int[][] tokens = open().readSequences("chat", shard.sequences(), 0, 1);
      // datasets/models/foresight-tiny/chat_template.jinja
      assertThat(tokenizer.decode(tokens[0]))
          .startsWith("<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nA sentence");
    }
  }

  @Test
  void anotherTemplateCanBeNamed() throws IOException {
    Path template =
        Files.writeString(
            folder.resolve("t.jinja"),
            "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system') }}"
                + "{% endif %}{{ m.content }}{% endfor %}");
    Cli.Result result =
        calibrate(chat("system"), "--text-column", "messages", "--chat-template", template);
    assertRefused(result, "chat.jsonl, line 1", "t.jinja", "'No system'");
    result = calibrate(chat("user"), "--text-column", "messages", "--chat-template", "nowhere");
    assertRefused(result, "--chat-template", "nowhere");
  }

  /** Ids of any length and with any characters, in a store whose own name has some of them. */
  @Test
  void shardsAreNamedByAColumnWhateverItHolds() throws IOException {
    List<String> ids = List.of("..", "a, b=1/[c]*\n%20", "law", "数据".repeat(300));
    StringBuilder lines = new StringBuilder("{\"domain\": \"law\"}\n".repeat(25));
    for (String id : ids) {
      lines.append(
          new ObjectMapper()
              .writeValueAsString(Map.of("text", SENTENCES + id.length(), "domain", id)));
      lines.append('\n');
    }
    Path corpus = Files.writeString(folder.resolve("all [1]:{a}.jsonl"), lines.toString());
    store = folder.resolve("store [1]:*");
    Cli.Result result = calibrate(corpus, "--shard-by", "column:domain");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("25 without text");
    assertThat(open().manifest().stored().stream().map(shard -> shard.id())).isEqualTo(ids);
    Cli.Result removed =
        Cli.run("sketches", "remove", store(), "--shards", String.join(",", ids.subList(1, 4)));
    assertThat(removed.exitCode()).as(removed.err()).isZero();
    assertThat(open().manifest().stored().stream().map(shard -> shard.id())).containsExactly("..");
  }

  @Test
  void planOfACorpusByPartitionsWritesNothing() throws IOException {
    Path corpus =
        Files.writeString(folder.resolve("a.jsonl"), "{\"text\": \"%s\"}\n".formatted(SENTENCES));
    Cli.Result result = calibrate(corpus, "--shard-by", "partition:3", "--plan");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("1 files", "1 shards");
    assertThat(store()).doesNotExist();
  }

  @Test
  void bytesThatAreNoUtf8LeaveNoStore() throws IOException {
    Path corpus = folder.resolve("latin.jsonl");
    Files.write(
        corpus,
        "{\"text\": \"ok\"}\n{\"text\": \"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(calibrate(corpus), "latin.jsonl, line 2", "0xE9 is not UTF-8");
  }

  @Test
  void truncatedFileLeavesNoStore() throws IOException {
    Path corpus = folder.resolve("cut.txt.gz");
    try (var out = new java.util.zip.GZIPOutputStream(Files.newOutputStream(corpus))) {
      out.write(SENTENCES.getBytes(StandardCharsets.UTF_8));
    }
    byte[] bytes = Files.readAllBytes(corpus);
    Files.write(corpus, java.util.Arrays.copyOf(bytes, bytes.length - 12));
    assertRefused(calibrate(corpus), "cut.txt.gz can't be read");
  }

  @Test
  void tableThatIsNotThereIsRefused() {
    assertRefused(calibrate("table:lake.documents", "--shard-by", "partition:2"), "lake.documents");
    assertRefused(calibrate("table:documents"), "--shard-by");
  }
}
