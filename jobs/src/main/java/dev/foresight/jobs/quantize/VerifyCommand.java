package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds out whether a model folder is what was written. */
@Command(
    name = "verify",
    description =
        "Checks a model folder against its report: hashes of all files, codes and steps within the"
            + " grid, dequantized weights. Of others' folders, codes and steps alone.",
    sortOptions = false)
public final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Parameters(index = "0", paramLabel = "DIR", description = "The model folder.")
  private String folder;

  /** A problem that ends with a full stop says itself how to mend it. */
  private String refusal(List<String> problems) {
    String first = problems.get(0);
    int more = problems.size() - 1;
    String others = more == 0 ? "" : Words.format(" (and %d more)", more);
    return first.endsWith(".")
        ? Words.format(
            "%s is damaged: %s%s.", folder, first.substring(0, first.length() - 1), others)
        : Words.format("%s is damaged: %s%s. Fetch or write it again.", folder, first, others);
  }

  @Override
  public Integer call() throws IOException {
    try (SparkRun held = spark.open("verify", Settings.footprint(spec))) {
      SparkSession session = held.session();
      VerifyJob.Outcome outcome = new VerifyJob(session).run(folder);
      PrintWriter out = spec.commandLine().getOut();
      outcome.problems().forEach(out::println);
      if (!outcome.problems().isEmpty()) {
        throw new InputException(refusal(outcome.problems()));
      }
      if (outcome.reported()) {
        out.printf(
            Locale.ROOT,
            "%s is what was written: %d files by their hashes, %d linears by codes and steps, %d by"
                + " their dequantized weights%n",
            folder,
            outcome.files().hashed(),
            outcome.linears(),
            outcome.digests());
      } else {
        out.printf(
            Locale.ROOT,
            "%s has no report of ours: %d linears by codes and steps, nothing to compare them"
                + " with%n",
            folder,
            outcome.linears());
      }
      if (!outcome.files().hidden().isEmpty()) {
        out.println(
            "Note: hidden files, not looked at: " + String.join(", ", outcome.files().hidden()));
      }
      out.flush();
    }
    return 0;
  }
}
