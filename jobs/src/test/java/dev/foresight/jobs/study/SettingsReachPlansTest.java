package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.Foresight;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.Loss;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code quantize.*} of FORESIGHT_CONF holds wherever something is quantized. */
class SettingsReachPlansTest {
  @TempDir private Path folder;

  /** As bin/foresight hands FORESIGHT_CONF on. */
  @BeforeEach
  void set() throws IOException {
    Path conf = folder.resolve("foresight.conf");
    Files.writeString(conf, "quantize { bits = 3, group = 32, loss = diagonal }\n");
    System.setProperty("foresight.conf", conf.toString());
  }

  @AfterEach
  void unset() {
    System.clearProperty("foresight.conf");
  }

  @SuppressWarnings("unchecked") // picocli knows what it was told
  private static <T> T parsed(String command, Object... options) {
    CommandLine line = Foresight.commandLine();
    String[] words = new String[options.length + 1];
    words[0] = command;
    for (int i = 0; i < options.length; i++) {
      words[i + 1] = options[i].toString();
    }
    line.parseArgs(words);
    return (T) line.getSubcommands().get(command).getCommand();
  }

  private static Model tiny() throws IOException {
    LocalModelFolder model = new LocalModelFolder(Cli.TINY);
    return ExportedCheckpoints.model(model);
  }

  private static void assertSet(QuantizationPlan plan) {
    assertThat(plan.grids().common().bits()).isEqualTo(3);
    assertThat(plan.grids().common().group()).isEqualTo(32);
    assertThat(plan.search().loss()).isEqualTo(Loss.DIAGONAL);
  }

  @Test
  void quantize() throws IOException {
    Path out = folder.resolve("out");
    String conf =
        Files.readString(folder.resolve("foresight.conf")).replace(", loss = diagonal", "");
    Files.writeString(folder.resolve("foresight.conf"), conf); // rtn searches nothing
    Cli.Result result =
        Cli.run(
            "quantize",
            "--master",
            "local[1]",
            "--model",
            Cli.TINY,
            "--method",
            "rtn",
            "--out",
            out);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(Files.readString(out.resolve("report.json")))
        .contains("\"bits\" : 3", "\"group\" : 32");
  }

  @Test
  void study() throws IOException {
    StudyCommand study =
        parsed(
            "study",
            "--model",
            Cli.TINY,
            "--sketches",
            "s",
            "--data",
            "d",
            "--out",
            "o",
            "--methods",
            "awq");
    List<StudyMethod> methods = study.methods(study.asked(), new Configuration());
    assertThat(methods).hasSize(1);
    assertSet(methods.get(0).plan());
  }

  @Test
  void optionOfTheStudyIsStrongerThanASetting() throws IOException {
    StudyCommand study =
        parsed(
            "study",
            "--model",
            Cli.TINY,
            "--sketches",
            "s",
            "--data",
            "d",
            "--out",
            "o",
            "--methods",
            "awq",
            "--bits",
            "2,4",
            "--group",
            "64",
            "--quantize",
            "--loss sampled");
    List<QuantizationPlan> plans =
        study.methods(study.asked(), new Configuration()).stream().map(StudyMethod::plan).toList();
    assertThat(plans).extracting(plan -> plan.grids().common().bits()).containsExactly(2, 4);
    assertThat(plans).extracting(plan -> plan.grids().common().group()).containsOnly(64);
    assertThat(plans).extracting(plan -> plan.search().loss()).containsOnly(Loss.SAMPLED);
  }

  @Test
  void presearch() throws IOException {
    PresearchCommand presearch = forPresearch();
    List<String> form = new ArrayList<>(presearch.common());
    form.addAll(List.of("--method", "faq"));
    try (Model model = tiny()) {
      assertSet(presearch.parser().parse("form", form).plan(model));
    }
  }

  @Test
  void demo() throws IOException {
    DemoCommand demo = parsed("demo");
    assertThat(demo.widths()).containsExactly(3);
    try (Model model = tiny()) {
      QuantizationPlan plan = demo.plan(model, Method.AWQ, 3);
      assertThat(plan.grids().common().group()).as("the demo's own").isEqualTo(64);
      assertThat(plan.search().loss()).isEqualTo(Loss.DIAGONAL);
    }
  }

  @Test
  void settingThatIsNoNumberIsRefusedWithItsPlace() throws IOException {
    Files.writeString(folder.resolve("foresight.conf"), "quantize.bits = three\n");
    DemoCommand demo = parsed("demo");
    assertThatThrownBy(demo::widths)
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'three'")
        .hasMessageContaining("foresight.conf, line 1");
  }

  @Test
  void optionThatNoPlanHasIsRefusedByName() throws IOException {
    PlanParser parser = forPresearch().parser();
    assertThatThrownBy(() -> parser.parse("--with mine", List.of("--sauce", "hot")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--with mine")
        .hasMessageContaining("--sauce");
  }

  private PresearchCommand forPresearch() {
    return parsed(
        "presearch",
        "--model",
        Cli.TINY,
        "--sketches",
        "s",
        "--data",
        "d",
        "--family",
        "f",
        "--work",
        "w");
  }
}
