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
    Foresight.commandLine()
        .getSubcommands()
        .forEach(
            (name, command) -> {
              for (OptionSpec option : command.getCommandSpec().options()) {
                if (option.defaultValue() != null && !option.usageHelp() && !option.versionHelp()) {
                  defaults.put(
                      name + "." + option.longestName().substring(2), option.defaultValue());
                }
              }
            });
    Map<String, String> written = new TreeMap<>();
    ConfigFactory.parseFile(REFERENCE)
        .entrySet()
        .forEach(entry -> written.put(entry.getKey(), entry.getValue().unwrapped().toString()));
    assertThat(written).isEqualTo(defaults);
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
