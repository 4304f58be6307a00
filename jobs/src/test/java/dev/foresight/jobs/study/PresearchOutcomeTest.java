package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.jobs.Cli;
import dev.foresight.model.ModelConfig;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.study.Form;
import dev.foresight.study.Interval;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The entry that a search writes, and what it says of it. */
class PresearchOutcomeTest {
  private static final Form MEAN = new Form(0.3, 2, "uniform", "mean", "residual", false);
  private static final Form ADAPTIVE = MEAN.adapted();

  private static PresearchOutcome.Judged judged(Form form, double divergence, double high) {
    double gain = divergence - 1;
    return new PresearchOutcome.Judged(
        form, new Interval(divergence, divergence, divergence), new Interval(gain, gain, high));
  }

  private static PresearchOutcome outcome(PresearchOutcome.Judged... judged) throws IOException {
    Map<Form, Double> losses = new LinkedHashMap<>();
    losses.put(PresearchForms.none(), 0.0);
    losses.put(ADAPTIVE, 0.5);
    losses.put(MEAN, -0.25);
    PresearchJob.Request request =
        new PresearchJob.Request(
            "model",
            "store",
            "family",
            List.of("--bits", "3"),
            null,
            List.of(),
            3,
            List.of(),
            16,
            1,
            7,
            "work",
            "entry.json",
            false);
    return new PresearchOutcome(
        request,
        new ModelFingerprint("feed", Map.of()),
        ModelConfig.parse(Files.readString(Cli.TINY.resolve("config.json")), "config.json"),
        List.of("code", "legal"),
        List.of(new StudyDomain("poems", "ab", new int[3][16])),
        losses,
        List.of(judged));
  }

  private static String said(PresearchOutcome outcome) {
    StringWriter text = new StringWriter();
    outcome.print(new PrintWriter(text));
    return text.toString();
  }

  @Test
  void bestWindowIsTheOneOfLeastDivergenceThatAnEntryCanHold() throws IOException {
    PresearchOutcome outcome =
        outcome(
            judged(PresearchForms.none(), 1, 0),
            judged(MEAN, 0.9, -0.05),
            judged(ADAPTIVE, 0.8, -0.1));
    ObjectNode entry = outcome.json();
    assertThat(entry.path("family").asText()).isEqualTo("family");
    assertThat(entry.at("/window/blend").asDouble()).isEqualTo(0.3);
    assertThat(entry.at("/window/blocks").asInt()).isEqualTo(2);
    assertThat(entry.at("/window/normalization").asText()).isEqualTo("mean");
    assertThat(entry.at("/window/roles").asText()).isEqualTo("residual");
    assertThat(entry.path("believable").asBoolean()).isTrue();
    assertThat(said(outcome))
        .contains("Best window: mean, residual, γ 0.3, w 2. Entry: entry.json")
        .contains("Note: --method faq-adaptive (adaptive, residual, w 2) is better.");
  }

  /** An interval that reaches 0 may be chance. */
  @Test
  void gainThatMayBeChanceIsSaidToBe() throws IOException {
    PresearchOutcome outcome = outcome(judged(PresearchForms.none(), 1, 0), judged(MEAN, 0.9, 0));
    assertThat(outcome.json().path("believable").asBoolean()).isFalse();
    assertThat(said(outcome)).contains(", no better than none beyond chance. Entry");
  }

  @Test
  void entryMatchesTheModelByWhatItsConfigSays() throws IOException {
    JsonNode match = outcome(judged(MEAN, 0.9, 0)).json().path("match");
    JsonNode config =
        new com.fasterxml.jackson.databind.ObjectMapper()
            .readTree(Cli.TINY.resolve("config.json").toFile());
    assertThat(match.size()).isEqualTo(4);
    for (String key : List.of("model_type", "hidden_size", "num_hidden_layers", "vocab_size")) {
      assertThat(match.path(key)).isEqualTo(config.path(key));
    }
  }

  @Test
  void everyFormThatWasTriedIsListedFromTheLeastLossOn() throws IOException {
    JsonNode tried = outcome(judged(MEAN, 0.9, 0)).json().path("tried");
    assertThat(tried.findValuesAsText("form"))
        .containsExactly("mean, residual, γ 0.3, w 2", "none", "adaptive, residual, w 2");
    assertThat(tried.at("/0/cross_shard_loss").asDouble()).isEqualTo(-0.25);
  }

  @Test
  void numbersAreWrittenAlikeInEveryLanguage() throws IOException {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(said(outcome(judged(MEAN, 0.9, -0.05))))
          .contains("2 biased calibrations x 1 domains")
          .containsPattern("mean, residual, γ 0.3, w 2 +0.90000 +-10.0 % \\[-10.0, -5.0\\]");
    } finally {
      Locale.setDefault(before);
    }
  }
}
