package dev.foresight.jobs.cli;

import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where every command finds its settings. */
public final class SettingsOptions {
  @Option(
      names = "--settings",
      split = ",",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Settings files, or recipes by name (awq-4bit, faq-3bit, foresight-3bit,"
              + " imatrix-only), with commas"
              + " between; a later one counts before an earlier one.")
  private List<String> files = List.of();

  @SuppressWarnings("deprecation") // help: required options may be missing; usageHelp is --help's
  @Option(
      names = "--print-config",
      help = true,
      scope = ScopeType.INHERIT,
      description = "Say every setting of the command, and where it comes from; run nothing.")
  private boolean printConfig;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show where a failure came from, and all that Spark says of it.")
  private boolean verbose; // read before the command line is parsed, for logs begin earlier

  /** What was named, the weakest first. */
  List<String> files() {
    return files;
  }

  /** Whether settings are to be shown, not used. */
  public boolean printsConfig() {
    return printConfig;
  }
}
