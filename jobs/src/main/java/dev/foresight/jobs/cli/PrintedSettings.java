package dev.foresight.jobs.cli;

import dev.foresight.Words;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** A command's settings as it would run: each value, and where it comes from. */
public final class PrintedSettings {
  private final Settings settings;

  public PrintedSettings(Settings settings) {
    this.settings = settings;
  }

  private record Line(String key, String value, String origin) {}

  /** Prints those of the command that was asked for, then Spark's own, and returns exit code 0. */
  public int print(ParseResult parsed) {
    ParseResult command = parsed;
    while (command.hasSubcommand()) {
      command = command.subcommand();
    }
    List<Line> lines = new ArrayList<>();
    for (OptionSpec option : command.commandSpec().options()) {
      Optional<String> key = Settings.key(option);
      if (key.isPresent()) {
        lines.add(line(key.get(), option, command.hasMatchedOption(option)));
      }
    }
    if (lines.isEmpty()) {
      throw new ParameterException(
          command.commandSpec().commandLine(),
          "--print-config shows the settings of a command: foresight quantize --print-config");
    }
    for (String name : new TreeSet<>(System.getProperties().stringPropertyNames())) {
      if (name.startsWith("spark.") && !name.startsWith(Settings.SPARK)) {
        lines.add(new Line(name, System.getProperty(name), "Spark"));
      }
    }
    write(lines, command.commandSpec().commandLine().getOut());
    return 0;
  }

  private Line line(String key, OptionSpec option, boolean given) {
    if (given) {
      return new Line(key, String.valueOf(option.<Object>getValue()), "command line");
    }
    Optional<Setting> setting = settings.find(key);
    if (setting.isPresent()) {
      return new Line(key, setting.get().shown(), setting.get().origin());
    }
    return option.defaultValue() == null
        ? new Line(key, "-", option.required() ? "missing" : "not set")
        : new Line(key, option.defaultValue(), "default");
  }

  private static void write(List<Line> lines, PrintWriter out) {
    int keys = lines.stream().mapToInt(line -> line.key().length()).max().orElse(1);
    for (Line line : lines) {
      String value = Secrets.masked(line.key(), line.value());
      out.println(
          Words.format(
                  "%s  %-20s  %s",
                  line.key() + " ".repeat(keys - line.key().length()), value, line.origin())
              .stripTrailing());
    }
    out.flush();
  }
}
