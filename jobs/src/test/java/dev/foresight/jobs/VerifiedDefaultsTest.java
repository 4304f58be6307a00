package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.quantize.ReportedFiles;
import dev.foresight.jobs.quantize.VerifyCommandTest;
import dev.foresight.spark.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code verify} of what every method writes by default, and of every way to damage it. */
class VerifiedDefaultsTest {
  private static final String PLOT = "foresight/plots/block-3.svg";

  @TempDir private static Path folder;
  private static Path awq;

  private Path copy;

  @BeforeAll
  static void writeOnce() {
    assertThat(Cli.calibrate("local[2]", folder.resolve("store")).exitCode()).isZero();
    awq = quantize("awq", "compressed-tensors");
  }

  private static Path quantize(String method, String container) {
    Path out = folder.resolve(method + "-" + container);
    Cli.Result result =
        Cli.run(
            "quantize",
            "--master",
            "local[2]",
            "--model",
            Cli.TINY,
            "--sketches",
            folder.resolve("store"),
            "--method",
            method,
            "--container",
            container,
            "--group",
            64,
            "--out",
            out);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return out;
  }

  private static Cli.Result verify(Path model) {
    return Cli.run("verify", "--master", "local[2]", model);
  }

  /** Others of rtn: {@link VerifyCommandTest}. */
  @ParameterizedTest
  @CsvSource({
    "rtn, gptq_v2",
    "rtn-weighted, gptq",
    "faq, awq",
    "faq-adaptive, dequantized",
    "faq, compressed-tensors"
  })
  void everyMethodAndContainerIsWhatWasWritten(String method, String container) {
    Cli.Result result = verify(quantize(method, container));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("is what was written", "56 linears by codes and steps");
  }

  @Test
  void plotsTablesAndCardAreHashedToo() throws IOException {
    Cli.Result result = verify(awq);
    assertThat(result.exitCode()).as(result.err()).isZero();
    // 9 weight files, index, config, card, 8 plots, 2 tables, and what lies beside the weights
    List<String> beside;
    try (Stream<Path> files = Files.list(Cli.TINY)) {
      beside =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> Files.exists(awq.resolve(name)))
              .filter(name -> !name.equals("config.json") && !name.equals("README.md"))
              .toList();
    }
    assertThat(beside).contains("tokenizer.json");
    assertThat(result.out()).contains(": %d files".formatted(22 + beside.size()));
  }

  private List<String> problems() throws IOException {
    var report = Json.MAPPER.readTree(Files.readAllBytes(copy.resolve("report.json")));
    var root = new org.apache.hadoop.fs.Path(copy.toString());
    return ReportedFiles.check(root, report, new Configuration()).problems();
  }

  private void copyOf(Path model) throws IOException {
    copy = Files.createTempDirectory(folder, "copy");
    try (Stream<Path> files = Files.walk(model)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path to = copy.resolve(model.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(to);
        } else {
          Files.copy(file, to);
        }
      }
    }
  }

  private Path table(String name) throws IOException {
    try (Stream<Path> files = Files.list(copy.resolve("foresight/" + name))) {
      return files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
  }

  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void damageInSubFoldersIsFound() throws IOException {
    copyOf(awq);
    assertThat(problems()).isEmpty();
    flip(copy.resolve(PLOT));
    assertThat(problems()).singleElement().asString().startsWith(PLOT + " was changed");
    Files.delete(copy.resolve(PLOT));
    assertThat(problems()).containsExactly(PLOT + " is missing");

    copyOf(awq);
    Files.writeString(copy.resolve("foresight/plots/extra.svg"), "<svg/>");
    Files.createDirectories(copy.resolve("onnx/deep"));
    Files.writeString(copy.resolve("onnx/deep/model.onnx"), "x");
    assertThat(problems())
        .containsExactly(
            "foresight/plots/extra.svg was added: the report does not name it",
            "onnx/deep/model.onnx was added: the report does not name it");
    Cli.Result result = verify(copy);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("is damaged", "extra.svg was added", "(and 1 more)");
  }

  @Test
  void damagedTablesCardAndRecordAreFound() throws IOException {
    for (String name : new String[] {"importance", "quantization"}) {
      copyOf(awq);
      Path part = table(name);
      flip(part);
      String of = copy.relativize(part).toString();
      assertThat(problems()).singleElement().asString().startsWith(of + " ").contains("changed");
      Files.copy(part, part.resolveSibling("part-00001-0c-c000.snappy.parquet"));
      assertThat(problems()).hasSize(2);
      Files.delete(part);
      assertThat(problems()).contains(of + " is missing");
    }
    copyOf(awq);
    flip(copy.resolve("README.md"));
    Files.delete(copy.resolve("foresight/run.json"));
    assertThat(problems()).hasSize(2).anyMatch(p -> p.equals("foresight/run.json is missing"));
  }

  @Test
  void adapterPutBesideTheWeightsIsFoundAndFilesOfToolsAreNamed() throws IOException {
    copyOf(awq);
    Files.writeString(copy.resolve(".gitattributes"), "*.safetensors filter=lfs");
    Cli.Result hidden = verify(copy);
    assertThat(hidden.exitCode()).as(hidden.err()).isZero();
    assertThat(hidden.out()).contains("not looked at: .gitattributes");
    Files.writeString(copy.resolve("adapter_config.json"), "{}");
    assertThat(problems())
        .containsExactly("adapter_config.json was added: the report does not name it");
  }

  @Test
  void checksumFilesOfHadoopBelongToTheirFiles() throws IOException {
    copyOf(awq);
    var plain = new org.apache.hadoop.fs.Path(copy.resolve("config.json").toString());
    Path crc = copy.resolve(".config.json.crc");
    Files.deleteIfExists(crc);
    var fileSystem = new org.apache.hadoop.fs.LocalFileSystem();
    fileSystem.initialize(java.net.URI.create("file:///"), new Configuration());
    byte[] bytes = Files.readAllBytes(copy.resolve("config.json"));
    try (var out = fileSystem.create(plain, true)) {
      out.write(bytes);
    }
    fileSystem.close();
    assertThat(crc).exists();
    assertThat(problems()).isEmpty();
  }

  @Test
  void modelInTheLinksOfACacheIsWhatWasWritten() throws IOException {
    copyOf(awq);
    Path blob = Files.move(copy.resolve("tokenizer.json"), folder.resolve("blob"));
    Files.createSymbolicLink(copy.resolve("tokenizer.json"), blob);
    assertThat(problems()).isEmpty();
    flip(blob);
    assertThat(problems()).hasSize(1);
    Files.delete(blob);
    Files.createSymbolicLink(copy.resolve("notes"), blob);
    assertThat(problems())
        .containsExactly(
            "tokenizer.json is missing", "notes was added: the report does not name it");
  }

  @Test
  void storeIsNoModelFolder() {
    Cli.Result result = verify(folder.resolve("store"));
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.err()).contains("is no model folder");
  }

  @Test
  void writtenFolderIsReplacedOnRequestUnlessSomebodyUsesIt() throws IOException {
    copyOf(awq);
    Object[] again = {
      "quantize",
      "--master",
      "local[2]",
      "--model",
      Cli.TINY,
      "--method",
      "rtn",
      "--group",
      64,
      "--overwrite",
      "--out",
      copy
    };
    Path thesis = Files.writeString(copy.resolve("foresight/thesis.txt"), "dear to somebody");
    Cli.Result refused = Cli.run(again);
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("foresight/thesis.txt", "Nothing was touched");
    assertThat(problems()).hasSize(1); // all else is there
    Files.delete(thesis);
    assertThat(Cli.run(again).exitCode()).isZero();
    assertThat(copy.resolve(PLOT)).doesNotExist();
    assertThat(problems()).isEmpty();
  }
}
