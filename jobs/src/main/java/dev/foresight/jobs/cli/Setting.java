package dev.foresight.jobs.cli;

import java.util.List;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What was said about an option elsewhere than on the command line.
 *
 * @param values one, or several where the option may be repeated and a file gives a list
 * @param origin who said it, for people
 */
record Setting(List<String> values, String origin) {
  Setting {
    values = List.copyOf(values);
  }

  static Setting of(String value, String origin) {
    return new Setting(List.of(value), origin);
  }

  /** As it would stand on the command line, once for all values. */
  String value(OptionSpec option) {
    return String.join(option.splitRegex(), values);
  }

  /** For people. */
  String shown() {
    return values.size() == 1 ? values.get(0) : values.toString();
  }
}
