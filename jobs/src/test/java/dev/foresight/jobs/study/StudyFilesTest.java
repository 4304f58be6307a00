package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.Foresight;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.model.Model;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The files of {@code conf/studies}, which {@code tools/studies} runs. */
class StudyFilesTest {
  private static final Path FILES = Path.of("../conf/studies");

  private static CommandSpec study(Path file) {
    CommandLine line = Foresight.commandLine("--settings", file.toString());
    line.parseArgs("study", "--print-config"); // required options may be missing
    return line.getSubcommands().get("study").getCommandSpec();
  }

  private static <T> T value(CommandSpec study, String option) {
    return study.findOption(option).getValue();
  }

  private static List<StudyMethod> methods(Path file) throws IOException {
    CommandSpec study = study(file);
    PlanParser parser = new PlanParser(Settings.of(study));
    LocalModelFolder folder = new LocalModelFolder(Cli.TINY);
    List<StudyMethod> all = new ArrayList<>();
    try (Model model = ExportedCheckpoints.model(folder)) {
      for (int bits : StudyFilesTest.<List<Integer>>value(study, "--bits")) {
        List<String> common = new ArrayList<>(List.of("--bits", Integer.toString(bits)));
        common.addAll(AskedMethod.words(value(study, "--quantize")));
        for (AskedMethod method :
            AskedMethod.parse(parser, common, value(study, "--methods"), value(study, "--with"))) {
          all.add(method.of(model));
        }
      }
    }
    return all;
  }

  @Test
  void everyFileIsTakenByCalibrateAndStudyAndItsMethodsByQuantize() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Cli.Result calibrate = Cli.run("calibrate", "--settings", file, "--print-config");
        assertThat(calibrate.out()).containsPattern("calibrate.sequence-length +512 +" + file);
        List<String> names = methods(file).stream().map(StudyMethod::name).toList();
        String against = value(study(file), "--against");
        assertThat(names).as(file.toString()).contains(against == null ? "awq" : against);
      }
    }
  }

  @Test
  void firstSliceIsEveryMethodAtTwoWidths() throws IOException {
    List<StudyMethod> methods = methods(FILES.resolve("first-slice.conf"));
    assertThat(methods.stream().map(m -> m.name() + " " + m.plan().grids().common().bits()))
        .hasSize(20)
        .contains("rtn 3", "rtn 4", "rtn-weighted 4", "awq 3", "faq 4", "faq-adaptive 3")
        .contains("awq-output 3", "faq-weighted 4");
    assertThat(methods)
        .filteredOn(m -> !m.plan().grids().common().symmetric())
        .extracting(StudyMethod::name)
        .containsExactly("rtn-asymmetric", "rtn-asymmetric");
  }
}
