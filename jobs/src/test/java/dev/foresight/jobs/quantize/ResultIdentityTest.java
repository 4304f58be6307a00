package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.InputException;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.DemoStore;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an unfinished result is taken over by: equal for equal bytes, other for others. */
class ResultIdentityTest {
  private static final ModelFingerprint MODEL = new ModelFingerprint("feed", Map.of());

  private static Model model;
  private static Manifest manifest;

  @BeforeAll
  static void open() throws IOException {
    model = Model.open(new LocalModelFolder(Cli.TINY));
    manifest = new SketchStore(new Configuration(), DemoStore.path().toString()).manifest();
  }

  @AfterAll
  static void close() throws IOException {
    model.close();
  }

  private static QuantizationPlan plan(String... options) throws IOException {
    return new PlanParser(Settings.of()).parse("test", List.of(options)).plan(model);
  }

  private static ResultIdentity of(ModelFingerprint fingerprint, String... options)
      throws IOException {
    QuantizationPlan plan = plan(options);
    Optional<SketchSelection> selection =
        plan.data().map(data -> DataSelection.of(data, "STORE", manifest));
    return new ResultIdentity(plan, fingerprint, selection);
  }

  private static ResultIdentity of(String... options) throws IOException {
    return of(MODEL, options);
  }

  @Test
  void sameChoiceInOtherWordsIsTheSameResult() throws IOException {
    ResultIdentity all = of("--group", "64");
    assertThat(of("--group", "64", "--bits", "4")).isEqualTo(all);
    assertThat(of("--group", "64", "--shards", "code,legal")).isEqualTo(all);
    assertThat(of("--group", "64", "--shards", "legal,code")).isEqualTo(all);
    assertThat(of("--group", "64", "--weight", "code=1")).isEqualTo(all);
    assertThat(of("--group", "64", "--shards", "code"))
        .isEqualTo(of("--group", "64", "--exclude-shards", "legal"));
  }

  @Test
  void whatChangesAByteIsAnotherResult() throws IOException {
    List<ResultIdentity> all =
        List.of(
            of("--group", "64"),
            of("--group", "32"),
            of("--group", "64", "--bits", "3"),
            of("--group", "64", "--method", "awq"),
            of("--group", "64", "--method", "rtn"),
            of("--group", "64", "--asymmetric"),
            of("--group", "64", "--shards", "code"),
            of("--group", "64", "--weight", "code=2"),
            of("--group", "64", "--first-n-slices", "1"),
            of("--group", "64", "--first-position", "exclude"),
            of("--group", "64", "--override", "down=bits:8"),
            of("--group", "64", "--method", "faq"),
            of("--group", "64", "--method", "faq", "--window-blend", "0.5"),
            of("--group", "64", "--container", "dequantized"),
            of(new ModelFingerprint("beef", Map.of()), "--group", "64"));
    assertThat(all).doesNotHaveDuplicates();
    assertThat(all).extracting(ResultIdentity::sha256).doesNotHaveDuplicates();
  }

  @Test
  void identityIsOneLineThatSaysItIsOurs() throws Exception {
    ResultIdentity identity = of("--group", "64");
    JsonNode json = new ObjectMapper().readTree(identity.text());
    assertThat(identity.text()).doesNotContain("\n");
    assertThat(json.path("writer").asText()).isEqualTo("foresight");
    assertThat(json.path("model").asText()).isEqualTo("feed");
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(identity.text().getBytes("UTF-8"));
    assertThat(identity.sha256()).isEqualTo(HexFormat.of().formatHex(hash));
  }

  @Test
  void optionsAreReadAsQuantizeReadsThem() throws IOException {
    assertThat(plan("--group", "64", "--bits", "2", "--bits", "3").grids().common().bits())
        .as("the last counts")
        .isEqualTo(3);
    assertThat(plan("--group", "64", "--first-position", "EXCLUDE").data())
        .isEqualTo(plan("--group", "64", "--first-position", "exclude").data());
    for (List<String> wrong :
        List.of(List.of("--bit", "3"), List.of("--bits"), List.of("--bits", "x"), List.of("3"))) {
      assertThatThrownBy(() -> new PlanParser(Settings.of()).parse("--with mine", wrong))
          .as(wrong.toString())
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("--with mine: ")
          .hasMessageEndingWith("; see 'foresight quantize --help'.");
    }
  }

  /** A window that was asked for and not looked at would be a silent loss. */
  @Test
  void windowOfMethodThatLooksAtNoneIsRefused() {
    for (String[] options :
        new String[][] {
          {"--window-blend", "0.5"},
          {"--method", "awq", "--window-blocks", "3"},
          {"--method", "rtn", "--presearched", "fallback"}
        }) {
      assertThatThrownBy(() -> plan(options))
          .as(List.of(options).toString())
          .isInstanceOf(InputException.class)
          .hasMessageContaining(
              "has no window over channels: drop --presearched and --window-…, or pass --method faq.");
    }
  }

  @Test
  void optionsThatContradictEachOtherAreRefused() {
    for (String[] wrong :
        new String[][] {
          {"--symmetric", "--asymmetric"},
          {"--clip", "--steps", "range"},
          {"--method", "rtn", "--clip"},
          {"--method", "rtn", "--loss", "diagonal"}
        }) {
      assertThatThrownBy(() -> plan(wrong)).isInstanceOf(InputException.class);
    }
    assertThatThrownBy(() -> plan("--method", "rtn", "--weight-term"))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith("--method rtn searches no scales: drop --loss, --clip, --steps");
  }
}
