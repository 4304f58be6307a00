package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class SettingsTest {
  private static final File REFERENCE = new File("../conf/foresight.conf");

  @Test
  void referenceFileHoldsEveryDefaultAndNothingElse() {
    Map<String, String> defaults = new TreeMap<>();
    addDefaults(Foresight.commandLine(), "", defaults);
    Map<String, String> written = new TreeMap<>();
    ConfigFactory.parseFile(REFERENCE)
        .entrySet()
        .forEach(entry -> written.put(entry.getKey(), entry.getValue().unwrapped().toString()));
    assertThat(written).isEqualTo(defaults);
  }

  private static void addDefaults(
      CommandLine command, String prefix, Map<String, String> defaults) {
    command
        .getSubcommands()
        .forEach(
            (name, sub) -> {
              for (OptionSpec option : sub.getCommandSpec().options()) {
                if (option.defaultValue() != null && !option.usageHelp() && !option.versionHelp()) {
                  defaults.put(
                      prefix + name + "." + option.longestName().substring(2),
                      option.defaultValue());
                }
              }
              addDefaults(sub, prefix + name + ".", defaults);
            });
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
