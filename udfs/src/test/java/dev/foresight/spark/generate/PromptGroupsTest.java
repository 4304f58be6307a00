package dev.foresight.spark.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.ShardBy;
import dev.foresight.text.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Tuple2;

/** Corpora of two shards: 21 texts of code, 14 of law. */
class PromptGroupsTest {
  private static SparkSession spark;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .getOrCreate();
  }

  @AfterAll
  static void close() throws IOException {
    spark.close();
  }

  private static List<String> lines(String shard, int count) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add("{\"text\": \"%s number %d\", \"shard\": \"%s\"}".formatted(shard, i, shard));
    }
    return lines;
  }

  private static List<String> all() {
    List<String> lines = lines("law", 14);
    lines.addAll(lines("code", 21));
    return lines;
  }

  /** A corpus whose lines lie in so many files. */
  private PromptGroups groups(String name, List<String> lines, int files) throws IOException {
    Path corpus = Files.createDirectory(folder.resolve(name));
    for (int i = 0; i < files; i++) {
      int from = lines.size() * i / files;
      Files.write(
          corpus.resolve("part-" + i + ".jsonl"),
          lines.subList(from, lines.size() * (i + 1) / files));
    }
    return PromptGroups.of(
        new CorpusReader(spark)
            .read(
                corpus.toString(), "text", ShardBy.parse("column:shard"), ChatTemplate::verbatim));
  }

  private static List<Tuple2<Long, List<NumberedPrompt>>> grouped(PromptGroups groups) {
    return groups.map(group -> group);
  }

  @Test
  void promptsStandInTheOrderOfShardAndHashInGroupsOfSixteen() throws IOException {
    try (PromptGroups groups = groups("a", all(), 1)) {
      assertThat(groups.count()).isEqualTo(35);
      List<Tuple2<Long, List<NumberedPrompt>>> found = grouped(groups);
      assertThat(found).extracting(Tuple2::_1).containsExactly(0L, 1L, 2L);
      assertThat(found).extracting(group -> group._2().size()).containsExactly(16, 16, 3);
      List<NumberedPrompt> prompts = found.stream().flatMap(g -> g._2().stream()).toList();
      assertThat(prompts)
          .isSortedAccordingTo(
              Comparator.comparing(NumberedPrompt::shard).thenComparing(NumberedPrompt::id));
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(prompts.get(i).number()).isEqualTo(i);
        assertThat(prompts.get(i).shard()).isEqualTo(i < 21 ? "code" : "law");
      }
      assertThat(prompts).extracting(NumberedPrompt::text).doesNotHaveDuplicates();
    }
  }

  @Test
  void orderAndNumberOfFilesChangeNothing() throws IOException {
    List<String> shuffled = all();
    Collections.shuffle(shuffled, new Random(3));
    try (PromptGroups one = groups("a", all(), 1);
        PromptGroups other = groups("b", shuffled, 4)) {
      assertThat(grouped(other)).isEqualTo(grouped(one));
      assertThat(other.digest()).isEqualTo(one.digest());
    }
  }

  @Test
  void anotherTextOrShardIsAnotherDigest() throws IOException {
    List<String> text = lines("code", 3);
    text.set(1, text.get(1).replace("number 1", "number 7"));
    List<String> shard = lines("code", 3);
    shard.set(1, shard.get(1).replace("\"shard\": \"code\"", "\"shard\": \"cobol\""));
    try (PromptGroups one = groups("a", lines("code", 3), 1);
        PromptGroups other = groups("b", text, 1);
        PromptGroups third = groups("c", shard, 1);
        PromptGroups fewer = groups("d", lines("code", 2), 1)) {
      assertThat(List.of(one.digest(), other.digest(), third.digest(), fewer.digest()))
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void sameTextTwiceIsTwoPrompts() throws IOException {
    List<String> lines = lines("code", 2);
    lines.addAll(lines("code", 1));
    try (PromptGroups groups = groups("a", lines, 2)) {
      assertThat(groups.count()).isEqualTo(3);
      assertThat(grouped(groups).get(0)._2())
          .extracting(NumberedPrompt::text)
          .containsExactlyInAnyOrder("code number 0", "code number 0", "code number 1");
    }
  }

  @Test
  void documentsWithoutTextAreCountedAndNotAsked() throws IOException {
    List<String> lines = lines("code", 2);
    lines.add("{\"text\": null, \"shard\": \"code\"}");
    lines.add("{\"shard\": \"code\"}");
    try (PromptGroups groups = groups("a", lines, 1)) {
      assertThat(groups.without()).isEqualTo(2);
      assertThat(groups.count()).isEqualTo(2);
    }
  }

  @Test
  void corpusOfDocumentsWithoutTextIsRefused() {
    assertThatThrownBy(() -> groups("b", List.of("{\"text\": null, \"shard\": \"code\"}"), 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("None of the 1 documents of the corpus has a text")
        .hasMessageContaining("--text-column");
  }

  @Test
  void corpusWithoutDocumentsIsRefused() {
    assertThatThrownBy(() -> groups("a", List.of(), 1))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has no documents");
  }

  /** SHA-256 of "abc", FIPS 180-2. */
  @Test
  void idIsTheBeginningOfTheHashOfTheText() {
    NumberedPrompt prompt = NumberedPrompt.of("code", "abc");
    assertThat(prompt.id()).isEqualTo("ba7816bf8f01cfea414140de5dae2223");
    assertThat(prompt.at(7)).isEqualTo(new NumberedPrompt(7, "code", prompt.id(), "abc"));
    assertThat(NumberedPrompt.of("codes", "abc").order()).isGreaterThan(prompt.order());
  }
}
