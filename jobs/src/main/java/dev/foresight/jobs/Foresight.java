package dev.foresight.jobs;

import dev.foresight.InputException;
import dev.foresight.jobs.calibrate.CalibrateCommand;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.Failure;
import dev.foresight.jobs.cli.Logs;
import dev.foresight.jobs.cli.Machine;
import dev.foresight.jobs.cli.PrintedSettings;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SettingsOptions;
import dev.foresight.jobs.cli.Stop;
import dev.foresight.jobs.cli.Version;
import dev.foresight.jobs.evaluate.CompareCommand;
import dev.foresight.jobs.evaluate.EvaluateCommand;
import dev.foresight.jobs.generate.GenerateCommand;
import dev.foresight.jobs.generate.RegenerateCommand;
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
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;

/** The one main class: {@code spark-submit --class dev.foresight.jobs.Foresight … calibrate …}. */
@Command(
    name = "foresight",
    description = "Quantizes transformer weights to 2-8 bits with calibration on Apache Spark.",
    subcommands = {
      RunCommand.class,
      GenerateCommand.class,
      RegenerateCommand.class,
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
      "3:input refused: the message says what, where and how to mend it",
      "130:stopped by Ctrl-C (143 by SIGTERM)"
    })
public final class Foresight {
  private static final String VERBOSE = "--verbose";

  @Mixin private SettingsOptions options;

  private Foresight() {}

  /** Returns on success: YARN counts any early exit, also with 0, as a failure. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT); // libraries number files in the digits of the user's language
    Logs.prepare(List.of(args).contains(VERBOSE));
    Stop.listen(args);
    int exitCode = run(args);
    if (exitCode != 0) {
      System.exit(exitCode);
    }
  }

  /** Runs a sub-command and returns its exit code. */
  private static int run(String... args) {
    try {
      Machine.requireReadable(args);
      return commandLine(args).execute(args);
    } catch (InputException e) { // a setting is refused before any command begins
      System.err.println("foresight: " + e.getMessage());
      return Failure.REFUSED;
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
                        : last(parsed))
            .setExecutionExceptionHandler(new ErrorHandler(List.of(args).contains(VERBOSE)));
    settings.requireKnown(line);
    return line;
  }

  /** The error handler sees exceptions only, and memory that runs out is none. */
  private static int last(ParseResult parsed) {
    try {
      return new RunLast().execute(parsed);
    } catch (Error e) {
      throw new ExecutionException(parsed.commandSpec().commandLine(), "failed", e);
    }
  }
}
