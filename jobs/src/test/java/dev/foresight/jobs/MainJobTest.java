package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole main job on a real model, in the ways that users run it. */
class MainJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private static Path folder;

  @Test
  void calibrationTellsItsShardsAndTokens() {
    assertThat(DemoStore.said()).contains("code", "legal", "Calibrated 768 tokens");
  }

  private static Path quantize(String name, Object... options) {
    Path out = folder.resolve(name);
    List<Object> all =
        new ArrayList<>(
            List.of(
                "quantize",
                "--master",
                "local[2]",
                "--model",
                Cli.TINY,
                "--sketches",
                DemoStore.path(),
                "--group",
                64,
                "--out",
                out));
    all.addAll(List.of(options));
    Cli.Result result = Cli.run(all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return out;
  }

  private static JsonNode evaluate(Path model) throws IOException {
    Path report = folder.resolve(model.getFileName() + ".json");
    Cli.Result result =
        Cli.run(
            "evaluate",
            "--master",
            "local[2]",
            "--model",
            model,
            "--reference",
            Cli.TINY,
            "--reference-states",
            folder.resolve("states"),
            "--data",
            Cli.DATASETS.resolve("heldout/legal.jsonl"),
            "--window",
            128,
            "--windows",
            12,
            "--report",
            report);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(Files.readString(report));
  }

  @Test
  void moreBitsDivergeLessFromTheFloatModel() throws IOException {
    double three = divergence(quantize("faq-3", "--method", "faq", "--bits", 3));
    double four = divergence(quantize("faq-4", "--method", "faq", "--bits", 4));
    double eight = divergence(quantize("rtn-8", "--method", "rtn", "--bits", 8));
    assertThat(four).isLessThan(three / 2);
    assertThat(eight).isLessThan(four / 10).isPositive();
  }

  private static double divergence(Path model) throws IOException {
    return evaluate(model).at("/reference/divergence_mean").asDouble(Double.NaN);
  }

  @Test
  void floatModelDivergesNotAtAllFromItself() throws IOException {
    JsonNode report = evaluate(Cli.TINY);
    assertThat(report.at("/reference/divergence_mean").asDouble(Double.NaN)).isZero();
    assertThat(report.at("/reference/top_agreement").asDouble()).isEqualTo(1);
    assertThat(report.path("perplexity").asDouble())
        .isEqualTo(report.at("/reference/perplexity").asDouble());
  }

  @Test
  void packedAndDequantizedFoldersAreTheSameModel() throws IOException {
    Path packed = quantize("packed", "--method", "awq", "--bits", 3, "--asymmetric");
    Path plain =
        quantize(
            "plain", "--method", "awq", "--bits", 3, "--asymmetric", "--container", "dequantized");
    // the plain folder rounds every weight once more, to fp16
    assertThat(evaluate(packed).path("perplexity").asDouble())
        .isCloseTo(evaluate(plain).path("perplexity").asDouble(), withinPercentage(0.1));
    assertThat(sizeOfBlocks(packed)).isLessThan(sizeOfBlocks(plain) / 4);
  }

  /** RTN to one grid: what is judged differs only by what readers of each container make of it. */
  @Test
  void everyContainerOfTheSameGridIsTheSameModel() throws IOException {
    Object[] grid = {"--method", "rtn", "--bits", 4, "--asymmetric", "--container"};
    double expected = 0;
    for (String container : List.of("dequantized", "compressed-tensors", "gptq_v2", "awq")) {
      Object[] options = Arrays.copyOf(grid, grid.length + 1);
      options[grid.length] = container;
      double perplexity =
          evaluate(quantize("grid-" + container, options)).path("perplexity").asDouble();
      expected = expected == 0 ? perplexity : expected;
      // the plain folder rounds every weight once more, to fp16
      assertThat(perplexity).as(container).isCloseTo(expected, withinPercentage(0.1));
    }
  }

  @Test
  void sideFilesThatOlderReadersLookForAreWritten() throws IOException {
    Path gptq = quantize("side-gptq", "--method", "rtn", "--bits", 3, "--container", "gptq");
    assertThat(Files.readString(gptq.resolve("quantize_config.json"))).contains("\"bits\" : 3");
    assertThat(JSON.readTree(Files.readString(gptq.resolve("config.json"))).path("dtype").asText())
        .isEqualTo("float16");
    Path awq = quantize("side-awq", "--method", "rtn", "--bits", 4, "--container", "awq");
    assertThat(Files.readString(awq.resolve("quant_config.json"))).contains("\"w_bit\" : 4");
  }

  private static long sizeOfBlocks(Path model) throws IOException {
    long bytes = 0;
    for (int file = 2; file <= 9; file++) {
      bytes += Files.size(model.resolve("model-%05d-of-00009.safetensors".formatted(file)));
    }
    return bytes;
  }

  @Test
  void companionFilesAreTakenOverByteForByte() throws IOException {
    Path written = quantize("companions", "--method", "rtn", "--bits", 4);
    for (String file :
        List.of("generation_config.json", "tokenizer.json", "tokenizer_config.json")) {
      assertThat(written.resolve(file)).hasSameBinaryContentAs(Cli.TINY.resolve(file));
    }
  }

  @Test
  void presetsOfMethodsAndShardsStandInTheReport() throws IOException {
    Path written = quantize("report", "--method", "faq", "--bits", 3, "--shards", "legal");
    JsonNode report = JSON.readTree(Files.readString(written.resolve("report.json")));
    assertThat(report.path("method").asText()).isEqualTo("faq");
    assertThat(report.at("/window/normalization").asText()).isEqualTo("log");
    assertThat(report.at("/calibration/shards").properties()).hasSize(1);
    assertThat(report.at("/calibration/shards/legal/tokens").asInt()).isEqualTo(6 * 64);
    assertThat(report.at("/result/loss_final").asDouble())
        .isLessThan(report.at("/result/loss_rounded").asDouble());
    assertThat(written.resolve("_SUCCESS")).exists();
    assertThat(written.resolve("_temporary")).doesNotExist();
  }

  @Test
  void importanceTableHoldsEveryChannelOfEveryRole() throws IOException {
    Path written = quantize("table", "--method", "awq", "--bits", 4);
    String folder = written.resolve("foresight/importance").toString();
    var table = SharedSpark.session().read().parquet(folder);
    assertThat(table.count()).isEqualTo(8 * (128 + 128 + 128 + 384)); // blocks x channels
    // awq: the score is the statistic itself
    assertThat(table.filter("importance <> mean_abs").count()).isZero();
    assertThat(table.filter("mean_square < mean_abs * mean_abs").count()).isZero();
  }

  @Test
  void chosenShardsChangeTheResultWithoutAnotherPass() throws IOException {
    Path legal = quantize("only-legal", "--method", "awq", "--bits", 3, "--shards", "legal");
    Path code = quantize("only-code", "--method", "awq", "--bits", 3, "--shards", "code");
    String block = "model-00002-of-00009.safetensors";
    assertThat(Files.mismatch(legal.resolve(block), code.resolve(block))).isNotNegative();
  }
}
