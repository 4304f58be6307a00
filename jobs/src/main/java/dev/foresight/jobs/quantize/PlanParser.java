package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.cli.Settings;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Reads options of {@code quantize} as {@code quantize} itself would, settings included: what is
 * not given comes from {@code quantize.*} of the settings, then from the defaults.
 */
public final class PlanParser {
  private final Settings settings;

  /** Reads under these settings. */
  public PlanParser(Settings settings) {
    this.settings = settings;
  }

  /** A command line that holds nothing but a plan. */
  @Command(name = "quantize")
  private static final class Options {
    @Mixin private PlanOptions plan;
  }

  /**
   * @param name what messages call these options
   * @param options of {@code quantize}; of one that is given twice the last counts
   * @throws InputException if an option is not understood
   */
  public PlanOptions parse(String name, List<String> options) {
    Options parsed = new Options();
    try {
      new CommandLine(parsed)
          .setCaseInsensitiveEnumValuesAllowed(true)
          .setOverwrittenOptionsAllowed(true)
          .setDefaultValueProvider(
              argument ->
                  argument instanceof OptionSpec option
                      ? settings.valueOf("quantize", option).orElse(null)
                      : null)
          .parseArgs(options.toArray(String[]::new));
    } catch (ParameterException e) {
      throw new InputException(
          Words.format("%s: %s; see 'foresight quantize --help'.", name, e.getMessage()), e);
    }
    return parsed.plan;
  }
}
