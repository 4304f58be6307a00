package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every command that writes refuses to write over, around or into what it reads, before Spark is
 * started. In what follows @ is a folder of inputs.
 */
class OutputsApartTest {
  @TempDir private static Path folder;
  private static Map<String, String> before;

  @BeforeAll
  static void lay() throws IOException {
    for (String name :
        new String[] {
          "model/config.json",
          "float/config.json",
          "store/manifest.json",
          "texts/a.jsonl",
          "texts/piqa.jsonl",
          "a.json",
          "b.json",
          "chat/t.jinja",
          "entry/e.json",
          "work/thesis.txt"
        }) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), "{\"dear\": \"to somebody\"}");
    }
    Files.createDirectories(folder.resolve("settings"));
    Files.writeString(folder.resolve("settings/s.conf"), "quantize.bits = 4");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("model"));
    before = Cli.hashes(folder, "");
    assertThat(before).hasSizeGreaterThan(10);
  }

  private static Cli.Result run(String line) {
    return Cli.run((Object[]) line.replace("@", folder.toString()).split(" "));
  }

  private static void assertRefused(String line, String... parts) {
    Cli.Result result = run(line);
    assertThat(result.exitCode()).as(line + "\n" + result.err()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("foresight: ").contains(parts);
    assertThat(Cli.hashes(folder, "")).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantize --method rtn --overwrite --model @/model --out @/model",
        "quantize --method rtn --overwrite --model @/model --out @/link",
        "quantize --method rtn --overwrite --model @/link --out @/model/",
        "quantize --method rtn --overwrite --model @/model --out file://@/model/../model",
        "quantize --method rtn --overwrite --model @/model --out @",
        "quantize --method rtn --model @/model --out @/model/4bit",
        "quantize --method awq --overwrite --model @/model --sketches @/store --out @/store",
        "quantize --method rtn --overwrite --model @/model --sketches @/store --out @/store",
        "quantize --overwrite --model @/model --sketches @/store --presearched @/entry/e.json --out @/entry",
        "quantize --method rtn --overwrite --settings @/settings/s.conf --model @/model --out @/settings",
        "calibrate --overwrite --model @/model --corpus @/texts/a.jsonl --sketches @/texts",
        "calibrate --overwrite --model @/model --corpus @/texts --sketches @/texts/store",
        "calibrate --model @/model --corpus @/texts/* --sketches @/texts/store",
        "calibrate --overwrite --model @/model --corpus @/texts/a.jsonl --sketches @/model",
        "calibrate --plan --model @/model --corpus @/texts/a.jsonl --sketches @/model",
        "calibrate --overwrite --model @/model --corpus @/texts/a.jsonl --chat-template @/chat/t.jinja --sketches @/chat",
        "calibrate --model @/model --corpus @/texts/a.jsonl --sketches @/new --cache @/model/cache",
        "calibrate --model @/model --corpus @/texts/a.jsonl --sketches @/new --cache @/new/cache",
        "study --overwrite --model @/model --sketches @/store --data @/texts/a.jsonl --out @/store",
        "study --overwrite --model @/model --sketches @/store --data @/texts/a.jsonl --out @/texts",
        "study --overwrite --model @/model --sketches @/store --data x=@/texts/a.jsonl --out @/texts",
        "study --overwrite --model @/link --sketches @/store --data @/texts/a.jsonl --out @/model",
        "presearch --family f --model @/model --sketches @/store --data @/texts/a.jsonl --work @/model --out @/new.json",
        "presearch --family f --overwrite --model @/model --sketches @/store --data @/texts/a.jsonl --work @/new --out @/model/config.json",
        "presearch --family f --overwrite --model @/model --sketches @/store --data x=@/texts/a.jsonl --work @/new --out @/texts/a.jsonl",
        "presearch --family f --model @/model --sketches @/store --data @/texts/a.jsonl --work @/new --out @/new/entry.json",
        "export-blocks --overwrite --model @/model --out @/model",
        "export-blocks --overwrite --model @/model --out @",
        "export-blocks --overwrite --model @/model --out file://@/link",
        "export-imatrix --overwrite --model @/model --sketches @/store --out @/model/config.json",
        "export-imatrix --model @/model --sketches @/store --out @/store/imatrix.gguf",
        "sketches copy @/store @/store",
        "sketches copy @/store @/store/part",
        "sketches copy @/store @",
        "sketches compare @/store --report @/store/report.json",
        "sketches compare @/float @/store --report @/store/report.json",
        "evaluate --model @/model --data @/texts/a.jsonl --report @/model/eval.json",
        "evaluate --model @/model --data @/texts/a.jsonl --report @/texts/a.jsonl",
        "evaluate --model @/model --data @/texts/*.jsonl --report @/texts/r.jsonl",
        "evaluate --model @/model --task piqa=@/texts/piqa.jsonl --report @/texts/piqa.jsonl",
        "evaluate --model @/model --reference @/float --data @/texts/a.jsonl --report @/float/r.json",
        "evaluate --model @/model --sketches @/store --data @/texts/a.jsonl --report @/store/r.json",
        "evaluate --model @/model --reference @/float --data @/texts/a.jsonl --reference-states @/float",
        "compare @/a.json @/b.json --report @/b.json",
        "run --model @/model --text @/texts/a.jsonl --report @/texts/a.jsonl",
        "run --model @/model --text @/texts/a.jsonl --report @/link/r.json",
      })
  void nothingThatACommandReadsIsWritten(String line) {
    assertRefused(line, "nothing was touched");
  }

  @Test
  void demoStaysOutOfTheDataSets() {
    for (String out : new String[] {"", "/models", "/models/foresight-tiny/demo"}) {
      Cli.Result result = Cli.run("demo", "--datasets", Cli.DATASETS, "--out", Cli.DATASETS + out);
      assertThat(result.exitCode()).isEqualTo(3);
      assertThat(result.err()).contains("--datasets", "nothing was touched");
    }
    assertThat(Cli.DATASETS.resolve("sketches")).doesNotExist();
  }

  @Test
  void demoReplacesNoFolderOfSomebodyElse() throws IOException {
    Path out = Files.createDirectories(folder.resolveSibling(folder.getFileName() + "-demo"));
    Files.createDirectories(out.resolve("awq-4"));
    Files.writeString(out.resolve("awq-4/thesis.txt"), "dear to somebody");
    Cli.Result result = Cli.run("demo", "--datasets", Cli.DATASETS, "--out", out);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("awq-4 holds thesis.txt", "Nothing was touched");
    assertThat(out.resolve("sketches")).doesNotExist();
    Files.delete(out.resolve("awq-4/thesis.txt"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quantize --method rtn --overwrite --model @/model --out @/work",
        "calibrate --overwrite --model @/model --corpus @/texts/a.jsonl --sketches @/work",
        "study --overwrite --model @/model --sketches @/store --data @/texts/a.jsonl --out @/work",
        "export-blocks --overwrite --model @/model --out @/work",
        "quantize --method rtn --overwrite --model @/model --out @/a.json"
      })
  void nothingOfSomebodyElseIsReplaced(String line) {
    assertRefused(line, "choose another --");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evaluate --model @/model --data @/texts/a.jsonl --report @/a.json",
        "sketches compare @/store --report @/a.json",
        "run --model @/model --text @/texts/a.jsonl --report @/a.json",
        "compare @/b.json @/b.json --report @/a.json",
        "evaluate --model @/model --data @/texts/a.jsonl --report @/work",
        "export-imatrix --model @/model --sketches @/store --out @/a.json",
      })
  void fileOfSomebodyElseIsNoPlaceForAReport(String line) {
    assertRefused(line, "choose another --");
  }

  @Test
  void reportIsReplacedByOneOfTheSameCommandAlone() throws IOException {
    Path report = folder.resolveSibling(folder.getFileName() + "-report.json");
    try {
      Files.writeString(report, "{\"writer\": \"foresight\", \"files\": {}}"); // of quantize
      String line = "run --model @/model --text @/texts/a.jsonl --report " + report;
      assertRefused(line, "is no report of foresight run");
      Files.writeString(report, "{\"writer\": \"foresight\", \"report\": \"run\"}");
      assertRefused(line, "config.json"); // what comes next: the model is none
    } finally {
      Files.deleteIfExists(report);
    }
  }
}
