package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.QuantizationPlan;
import java.io.IOException;
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
   * @param model that is to be quantized
   * @throws InputException if an option is not understood, or the plan does not fit the model
   */
  public QuantizationPlan parse(String name, List<String> options, Model model) throws IOException {
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
          "%s: %s; see 'foresight quantize --help'.".formatted(name, e.getMessage()), e);
    }
    return parsed.plan.plan(model);
  }
}
