package dev.foresight.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.cli.RunReport;
import dev.foresight.model.Role;
import dev.foresight.sketch.ChannelSums;
import dev.foresight.sketch.RoleSketch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against transformers: {@code tools/run/check}. */
class RunCommandTest {
  @TempDir private Path folder;
  private Path text;
  private Path report;

  @BeforeEach
  void prepare() throws IOException {
    text = Files.writeString(folder.resolve("text.txt"), "The contract between the two parties");
    report = folder.resolve("report.json");
  }

  private Cli.Result run(Object... options) {
    Object[] fixed = {"run", "--model", Cli.TINY, "--text", text, "--report", report};
    return Cli.run(Stream.of(fixed, options).flatMap(Stream::of).toArray());
  }

  private JsonNode json(Object... options) throws IOException {
    Cli.Result result = run(options);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return new ObjectMapper().readTree(Files.readString(report));
  }

  @Test
  void everyRoleOfEveryBlockIsShownInOrder() throws IOException {
    List<String> wanted = new ArrayList<>();
    for (int block = 0; block < 8; block++) {
      for (Role role : Role.values()) {
        wanted.add(block + " " + role.key());
      }
    }
    assertThat(json().path("roles"))
        .extracting(role -> role.path("block").asInt() + " " + role.path("role").asText())
        .isEqualTo(wanted);
    assertThat(run().out()).contains("mean |x|").contains("7  mlp_output").contains("After ");
  }

  @Test
  void likelyTokensDescendAndAreAsManyAsAskedFor() throws IOException {
    double[] three = probabilities(json("--top", 3));
    assertThat(three).hasSize(3).isSortedAccordingTo((a, b) -> Double.compare(b, a));
    double sum = 0;
    for (double all : probabilities(json("--top", 5000))) {
      sum += all;
    }
    assertThat(sum).isCloseTo(1, within(1e-5)); // the vocabulary is 4096
  }

  @Test
  void memoryAndCacheChangeNothing() throws IOException {
    JsonNode resident = json();
    Path cache = folder.resolve("cache");
    assertThat(json("--memory", "streaming", "--cache", cache)).isEqualTo(resident);
    assertThat(cache).isNotEmptyDirectory();
    assertThat(json("--cache", cache)).isEqualTo(resident);
  }

  @Test
  void eightBitsComeCloseToFp32() throws IOException {
    double[] exact = means(json());
    double[] rounded = means(json("--precision", "int8"));
    assertThat(rounded).isNotEqualTo(exact);
    for (int i = 0; i < exact.length; i++) {
      assertThat(rounded[i] / exact[i]).isBetween(0.9, 1.1);
    }
  }

  @Test
  void activityIsThatOfBothStrata() {
    RoleSketch found =
        new RoleSketch(
            new ChannelSums(
                1, new double[] {9, 2}, new double[2], new double[2], new float[] {9, 2}),
            new ChannelSums(
                3, new double[] {3, 6}, new double[2], new double[2], new float[] {2, 4}));
    assertThat(RunReport.RoleActivity.of(5, "mlp_input", found))
        .isEqualTo(new RunReport.RoleActivity(5, "mlp_input", 20.0 / 4 / 2, 9, 0, true));
  }

  @Test
  void textThatIsMissingEmptyOrTooLongIsRefused() throws IOException {
    Files.writeString(text, "");
    assertRefused("--text", "is empty");
    Files.writeString(text, "word ".repeat(5000));
    assertRefused("tokens", "2048 positions", "shorten");
    Files.write(text, new byte[] {'a', (byte) 0xff});
    assertRefused("not UTF-8");
    Files.delete(text);
    assertRefused("There is no file --text");
  }

  private void assertRefused(String... parts) {
    Cli.Result result = run();
    assertThat(result.exitCode()).as(result.err()).isEqualTo(3);
    assertThat(result.err()).startsWith("foresight: ").contains(parts).hasLineCount(1);
    assertThat(report).doesNotExist();
  }

  private static double[] probabilities(JsonNode report) {
    return numbers(report.path("next"), "probability");
  }

  private static double[] means(JsonNode report) {
    return numbers(report.path("roles"), "mean_abs");
  }

  private static double[] numbers(JsonNode list, String field) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(entry -> entry.path(field).asDouble())
        .toArray();
  }
}
