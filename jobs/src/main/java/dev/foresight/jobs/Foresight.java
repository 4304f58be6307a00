package dev.foresight.jobs;

import dev.foresight.InputException;
import dev.foresight.jobs.calibrate.CalibrateCommand;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.PrintedSettings;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SettingsOptions;
import dev.foresight.jobs.cli.Version;
import dev.foresight.jobs.evaluate.CompareCommand;
import dev.foresight.jobs.evaluate.EvaluateCommand;
import dev.foresight.jobs.inspect.ExportBlocksCommand;
import dev.foresight.jobs.inspect.InspectCommand;
import dev.foresight.jobs.inspect.RunCommand;
import dev.foresight.jobs.quantize.QuantizeCommand;
import dev.foresight.jobs.quantize.VerifyCommand;
import dev.foresight.jobs.sketches.ExportImatrixCommand;
import dev.foresight.jobs.sketches.SketchesCommand;
import dev.foresight.jobs.study.DemoCommand;
import dev.foresight.jobs.study.PresearchCommand;
import dev.foresight.jobs.study.StudyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** The one main class: {@code spark-submit --class dev.foresight.jobs.Foresight … calibrate …}. */
@Command(
    name = "foresight",
    description = "Quantizes transformer weights to 2-8 bits with calibration on Apache Spark.",
    subcommands = {
      RunCommand.class,
      CalibrateCommand.class,
      SketchesCommand.class,
      QuantizeCommand.class,
      ExportImatrixCommand.class,
      EvaluateCommand.class,
      CompareCommand.class,
      VerifyCommand.class,
      InspectCommand.class,
      ExportBlocksCommand.class,
      PresearchCommand.class,
      StudyCommand.class,
      DemoCommand.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = ScopeType.INHERIT,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed for a reason that is not the input's",
      "2:the command line is wrong",
      "3:input refused: the message says what, where and how to mend it"
    })
public final class Foresight {
  @Mixin private SettingsOptions options;

  private Foresight() {}

  /** Returns on success: YARN counts any early exit, also with 0, as a failure. */
  public static void main(String[] args) {
    int exitCode = run(args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /** Runs a sub-command and returns its exit code. */
  private static int run(String... args) {
    try {
      return commandLine(args).execute(args);
    } catch (InputException e) { // a setting is refused before any command begins
      System.err.println("foresight: " + e.getMessage());
      return ErrorHandler.REFUSED;
    }
  }

  /**
   * The whole command line, ready to execute these arguments.
   *
   * @throws InputException if a settings file that they name is refused, or a setting is unknown
   */
  public static CommandLine commandLine(String... args) {
    Foresight foresight = new Foresight();
    Settings settings = Settings.of(args);
    CommandLine line =
        new CommandLine(foresight)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setDefaultValueProvider(settings)
            .setExecutionStrategy(
                parsed ->
                    foresight.options.printsConfig()
                        ? new PrintedSettings(settings).print(parsed)
                        : new RunLast().execute(parsed))
            .setExecutionExceptionHandler(new ErrorHandler());
    settings.requireKnown(line);
    return line;
  }
}
