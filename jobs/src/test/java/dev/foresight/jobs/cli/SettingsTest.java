package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.foresight.InputException;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.Foresight;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class SettingsTest {
  private static final Path REFERENCE = Path.of("../conf/foresight.conf");
  private static final Pattern BLOCK = Pattern.compile(" *([a-z-]+) \\{");
  private static final Pattern EXPLAINED = Pattern.compile(" +(?:# )?([a-z-]+) = \\S+ +# \\S.*");

  @TempDir private Path folder;

  @Test
  void referenceFileHoldsEveryDefaultAndNothingElse() {
    Map<String, String> defaults = new TreeMap<>();
    forEachSetting(
        Foresight.commandLine(),
        (key, option) -> {
          if (option.defaultValue() != null) {
            defaults.put(key, option.defaultValue());
          }
        });
    Map<String, String> written = new TreeMap<>();
    ConfigFactory.parseFile(REFERENCE.toFile())
        .entrySet()
        .forEach(entry -> written.put(entry.getKey(), entry.getValue().unwrapped().toString()));
    assertThat(written).isEqualTo(defaults);
  }

  @Test
  void referenceFileExplainsEverySettingOnceInItsLine() throws IOException {
    List<String> settings = new ArrayList<>();
    forEachSetting(Foresight.commandLine(), (key, option) -> settings.add(key));
    List<String> explained = new ArrayList<>();
    Deque<String> path = new ArrayDeque<>();
    for (String line : Files.readAllLines(REFERENCE)) {
      Matcher block = BLOCK.matcher(line);
      Matcher setting = EXPLAINED.matcher(line);
      if (block.matches()) {
        path.addLast(block.group(1));
      } else if (line.strip().equals("}")) {
        path.removeLast();
      } else if (!path.isEmpty() && setting.matches()) {
        explained.add(String.join(".", path) + "." + setting.group(1));
      }
    }
    assertThat(explained).containsExactlyInAnyOrderElementsOf(settings);
  }

  private static void forEachSetting(CommandLine command, BiConsumer<String, OptionSpec> action) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      Settings.key(option).ifPresent(key -> action.accept(key, option));
    }
    command.getSubcommands().values().forEach(sub -> forEachSetting(sub, action));
  }

  @Test
  void everyRecipeIsAFileOfConfThatItsCommandsTake() throws IOException {
    try (Stream<Path> files = Files.list(REFERENCE.resolveSibling("recipes"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              SettingsFile.RECIPES.stream().map(name -> name + ".conf").toList());
    }
    for (String recipe : SettingsFile.RECIPES) {
      for (String key : SettingsFile.of(recipe).keys()) { // the whole file is checked each time
        String command = key.substring(0, key.indexOf('.'));
        Cli.Result result = Cli.run(command, "--settings", recipe, "--print-config");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).containsPattern(key + " +\\S+ +recipe " + recipe);
      }
    }
  }

  @Test
  void commandLineCountsBeforeSparkBeforeFilesBeforeDefaults() throws IOException {
    Path weak = write("weak.conf", "quantize { bits = 2, group = 32, search-rows = 64 }");
    Path strong = write("strong.conf", "quantize { bits = 3, group = 64 }");
    System.setProperty("foresight.conf", weak.toString());
    System.setProperty("spark.foresight.quantize.bits", "5");
    try {
      Cli.Result result =
          Cli.run(
              "quantize", "--method", "rtn", "--print-config", "--settings", "awq-4bit," + strong);
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(settings(result.out()))
          .containsEntry("quantize.method", "rtn command line")
          .containsEntry("quantize.bits", "5 spark.foresight.quantize.bits")
          .containsEntry("quantize.group", "64 " + strong + ", line 1")
          .containsEntry("quantize.container", "awq recipe awq-4bit, line 14")
          .containsEntry("quantize.search-rows", "64 " + weak + ", line 1")
          .containsEntry("quantize.symmetric-step", "whole default")
          .containsEntry("quantize.model", "- missing")
          .containsEntry("quantize.loss", "- not set");
    } finally {
      System.clearProperty("foresight.conf");
      System.clearProperty("spark.foresight.quantize.bits");
    }
  }

  /** Key to value and origin, as printed. */
  private static Map<String, String> settings(String printed) {
    Map<String, String> settings = new TreeMap<>();
    printed
        .lines()
        .forEach(line -> settings.put(line.split(" ", 2)[0], line.split(" ", 2)[1].strip()));
    settings.replaceAll((key, rest) -> rest.replaceAll(" +", " "));
    return settings;
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void settingThatNoCommandHasIsRefusedByName() throws IOException {
    Path file = write("typo.conf", "quantize { bit = 3 }");
    assertThatThrownBy(() -> Foresight.commandLine("quantize", "--settings", file.toString()))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no setting quantize.bit (in " + file);
    System.setProperty("spark.foresight.quantise.bits", "3");
    try {
      assertThatThrownBy(Foresight::commandLine)
          .isInstanceOf(InputException.class)
          .hasMessageContaining("Spark's settings, as spark.foresight.quantise.bits");
    } finally {
      System.clearProperty("spark.foresight.quantise.bits");
    }
  }

  @Test
  void settingsFileThatIsNotThereNamesTheRecipes() {
    assertThatThrownBy(() -> Foresight.commandLine("quantize", "--settings=awq-5bit"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("recipe: awq-4bit, faq-3bit, foresight-3bit, imatrix-only");
  }

  @Test
  void listInASettingsFileRepeatsItsOption() throws IOException {
    Path file =
        write(
            "list.conf",
            """
            quantize { shards = [code, legal], override = ["down=bits:8,group:32", "up=float"] }
            study { data = ["a=x,y.txt", b.txt], with = ["m=--method awq"] }
            evaluate { task = ["piqa=p.jsonl", "boolq=b.jsonl"] }
            """);
    assertThat(parsed(file, "quantize", "--shards")).isEqualTo(List.of("code", "legal"));
    assertThat(parsed(file, "quantize", "--override"))
        .isEqualTo(List.of("down=bits:8,group:32", "up=float"));
    assertThat(parsed(file, "study", "--data")).isEqualTo(List.of("a=x,y.txt", "b.txt"));
    assertThat(parsed(file, "study", "--with")).isEqualTo(List.of("m=--method awq"));
    assertThat(parsed(file, "evaluate", "--task"))
        .isEqualTo(Map.of("piqa", "p.jsonl", "boolq", "b.jsonl"));
    Cli.Result shown = Cli.run("study", "--settings", file, "--print-config");
    assertThat(settings(shown.out()))
        .containsEntry("study.data", "[a=x,y.txt, b.txt] " + file + ", line 2");
  }

  private static Object parsed(Path file, String command, String option) {
    CommandLine line = Foresight.commandLine("--settings", file.toString());
    line.parseArgs(command, "--print-config"); // required options may be missing
    return line.getSubcommands().get(command).getCommandSpec().findOption(option).getValue();
  }

  /** Else a list in a file would reach it as one value. */
  @Test
  void everyOptionThatMayBeRepeatedTakesAListApart() {
    forEachSetting(
        Foresight.commandLine(),
        (key, option) ->
            assertThat(!option.isMultiValue() || !option.splitRegex().isEmpty()).as(key).isTrue());
  }

  @Test
  void listForAnOptionThatTakesOneValueIsRefused() throws IOException {
    Path file = write("bits.conf", "quantize { bits = [3, 4] }");
    assertThatThrownBy(() -> Foresight.commandLine("--settings", file.toString(), "quantize"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(
            "quantize.bits in " + file + " is a list, but --bits takes one value");
  }

  @Test
  void listOfListsAndAnEmptyListAreRefused() throws IOException {
    for (String list : List.of("[]", "[[code]]", "[{a = 1}]")) {
      Path file = write("list.conf", "quantize { shards = %s }".formatted(list));
      assertThatThrownBy(() -> Foresight.commandLine("--settings", file.toString(), "quantize"))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("quantize.shards in " + file + " is a list that is empty or holds");
    }
  }

  @Test
  void printedSettingsShowNoPassword() {
    Map<String, String> secrets =
        Map.of(
            "spark.hadoop.fs.s3a.secret.key", "hunter2",
            "spark.hadoop.fs.s3a.access.key", "hunter2",
            "spark.hadoop.fs.azure.account.key.a.b.net", "hunter2",
            "spark.hadoop.fs.s3a.session.token", "hunter2",
            "spark.ssl.keyStorePassword", "hunter2",
            "spark.driver.extraJavaOptions", "-Djavax.net.ssl.trustStorePassword=hunter2",
            "spark.hadoop.proxy", "https://me:hunter2@host/path");
    secrets.forEach(System::setProperty);
    try {
      Cli.Result result = Cli.run("calibrate", "--no-token-ids", "--print-config");
      assertThat(result.out())
          .doesNotContain("hunter2")
          .contains("https://*********@host/path")
          .containsPattern("calibrate.no-token-ids +true +command line");
    } finally {
      secrets.keySet().forEach(System::clearProperty);
    }
  }

  @Test
  void settingOfACommandInsideACommandHasAKeyWithBothNames() {
    System.setProperty("spark.foresight.sketches.show.top", "7");
    try {
      CommandLine command = Foresight.commandLine();
      command.parseArgs("sketches", "show", "store", "--shard", "code");
      CommandLine show = command.getSubcommands().get("sketches").getSubcommands().get("show");
      assertThat(show.getCommandSpec().findOption("--top").<Integer>getValue()).isEqualTo(7);
    } finally {
      System.clearProperty("spark.foresight.sketches.show.top");
    }
  }

  @Test
  void sparkSettingReplacesTheDefaultAndTheCommandLineReplacesBoth() {
    System.setProperty("spark.foresight.calibrate.sequence-length", "1024");
    try {
      assertThat(value()).isEqualTo(1024);
      assertThat(value("--sequence-length", "64")).isEqualTo(64);
    } finally {
      System.clearProperty("spark.foresight.calibrate.sequence-length");
    }
    assertThat(value()).isEqualTo(512);
  }

  private static Object value(String... more) {
    CommandLine command = Foresight.commandLine();
    String[] required = {"calibrate", "--model", "m", "--corpus", "c", "--sketches", "s"};
    String[] args = java.util.Arrays.copyOf(required, required.length + more.length);
    System.arraycopy(more, 0, args, required.length, more.length);
    command.parseArgs(args);
    return command
        .getSubcommands()
        .get("calibrate")
        .getCommandSpec()
        .findOption("--sequence-length")
        .getValue();
  }
}
