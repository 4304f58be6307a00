package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a study refuses: exit code 3, one message, no trace. */
class StudyBadInputTest {
  @TempDir private static Path folder;

  private final Path store = DemoStore.path();
  private final Path out = folder.resolve("out");

  private Cli.Result study(Object... options) {
    List<Object> all =
        new ArrayList<>(
            List.of("study", "--master", "local[2]", "--model", Cli.TINY, "--group", 64));
    all.addAll(List.of("--out", out, "--window", 64, "--windows", 1));
    all.addAll(List.of(options));
    return Cli.run(all.toArray());
  }

  private Cli.Result studyOf(Object... options) {
    List<Object> all = new ArrayList<>(List.of("--sketches", store));
    all.addAll(List.of("--data", Cli.DATASETS.resolve("heldout/code.jsonl")));
    all.addAll(List.of(options));
    return study(all.toArray());
  }

  private static void assertRefused(Cli.Result result, String... parts) {
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("foresight: ").contains(parts);
  }

  @Test
  void methodThatIsUnknown() {
    assertRefused(studyOf("--methods", "rtn,magic"), "'magic'", "faq-adaptive", "--with");
    assertThat(out).doesNotExist();
  }

  @Test
  void optionOfQuantizeThatIsUnknown() {
    assertRefused(studyOf("--with", "mine=--method awq --sauce hot"), "--with mine", "--sauce");
    assertRefused(studyOf("--with", "--method awq"), "NAME=OPTIONS");
    assertThat(out).doesNotExist();
  }

  @Test
  void choiceOfShardsInsideAMethod() {
    assertRefused(
        studyOf("--with", "mine=--method awq --shards code"), "--with mine", "drop --shards");
  }

  @Test
  void methodNamedTwice() {
    assertRefused(studyOf("--methods", "awq,awq"), "awq twice");
  }

  @Test
  void shardThatTheStoreDoesNotHave() {
    assertRefused(studyOf("--shards", "code,poetry"), "poetry", "code, legal");
    assertThat(out).doesNotExist();
  }

  @Test
  void oneShardIsTooFewToCompare() {
    assertRefused(studyOf("--shards", "code", "--per-shard"), "one shard", "two or more");
  }

  @Test
  void budgetBetweenTwoSlices() {
    assertRefused(studyOf("--budgets", 3), "--budgets 3", "multiples of 4", "--slice 1");
    assertRefused(studyOf("--budgets", 16), "--budgets 16", "more than 6");
    assertThat(out).doesNotExist();
  }

  @Test
  void textShorterThanAWindow() throws IOException {
    Path brief = folder.resolve("brief.txt");
    Files.writeString(brief, "Too short.");
    assertRefused(
        study("--sketches", store, "--data", "poem=" + brief), "--data poem=", "--window of 64");
    assertThat(out).doesNotExist();
  }

  @Test
  void twoTextsOfOneName() {
    Path code = Cli.DATASETS.resolve("heldout/code.jsonl");
    Path legal = Cli.DATASETS.resolve("heldout/legal.jsonl");
    assertRefused(study("--sketches", store, "--data", code, "code=" + legal), "domain code twice");
  }

  @Test
  void dataThatIsNotThere() {
    assertRefused(study("--sketches", store, "--data", "nowhere/*.txt"), "--data nowhere/*.txt");
  }

  @Test
  void storeThatIsNotFinished() throws IOException {
    Path unfinished = folder.resolve("unfinished");
    Files.createDirectories(unfinished.resolve("_temporary"));
    assertRefused(
        study("--sketches", unfinished, "--data", Cli.DATASETS.resolve("heldout/code.jsonl")),
        "not a finished sketch store");
    assertThat(out).doesNotExist();
  }

  @Test
  void folderThatHoldsSomethingElseIsLeftAlone() throws IOException {
    Path thesis = folder.resolve("thesis");
    Files.createDirectories(thesis);
    Files.writeString(thesis.resolve("chapter.txt"), "dear to somebody");
    assertRefused(studyInto(thesis), "holds chapter.txt", "is no study", "another --out");
    assertThat(thesis.resolve("chapter.txt")).hasContent("dear to somebody");
  }

  @Test
  void finishedStudyIsNeitherChangedNorReplacedUnasked() throws IOException {
    Path finished = folder.resolve("finished");
    Files.createDirectories(finished.resolve("cells"));
    Files.writeString(
        finished.resolve("foresight.json"), "{\"writer\": \"foresight\", \"kind\": \"STUDY\"}");
    Files.writeString(finished.resolve("_SUCCESS"), "");
    Cli.Result result = studyInto(finished);
    assertRefused(result, "finished study", "--extend", "--overwrite");
    assertThat(finished.resolve("_SUCCESS")).exists();
  }

  private Cli.Result studyInto(Path target) {
    return Cli.run(
        "study",
        "--master",
        "local[2]",
        "--model",
        Cli.TINY,
        "--group",
        64,
        "--sketches",
        store,
        "--data",
        Cli.DATASETS.resolve("heldout/code.jsonl"),
        "--out",
        target,
        "--window",
        64,
        "--windows",
        1);
  }
}
