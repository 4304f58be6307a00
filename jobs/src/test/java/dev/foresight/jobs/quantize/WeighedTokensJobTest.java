package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.DemoStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the scalars of tokens in a store to weights of a model. */
class WeighedTokensJobTest {
  @TempDir private Path folder;

  private Map<String, String> quantized(String name, String master, String... more) {
    List<String> arguments = new ArrayList<>();
    Collections.addAll(
        arguments, "quantize", "--master", master, "--model", Cli.TINY.toString(), "--method");
    Collections.addAll(
        arguments, "awq", "--no-clip", "--search-rows", "64", "--bits", "3", "--group", "64");
    Collections.addAll(arguments, "--sketches", DemoStore.path().toString());
    Collections.addAll(arguments, "--out", folder.resolve(name).toString());
    Collections.addAll(arguments, more);
    Cli.Result result = Cli.run(arguments.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return Cli.hashes(folder.resolve(name), ".safetensors");
  }

  @Test
  void weightsChangeTheResultTheSameForAnyNumberOfThreadsAndTheReportSaysThem() throws Exception {
    Map<String, String> alike = quantized("alike", "local[2]");
    Map<String, String> future = quantized("future", "local[2]", "--token-weights", "future");
    assertThat(future.keySet()).isEqualTo(alike.keySet());
    assertThat(future).isNotEqualTo(alike);
    assertThat(quantized("again", "local[1]", "--token-weights=future")).isEqualTo(future);
    JsonNode report =
        new ObjectMapper().readTree(folder.resolve("future").resolve("report.json").toFile());
    assertThat(report.findValue("tokens").path("weights").asText()).isEqualTo("future");
  }
}
