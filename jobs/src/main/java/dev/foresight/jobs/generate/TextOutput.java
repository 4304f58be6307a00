package dev.foresight.jobs.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.generate.Generator;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.spark.generate.GroupFile;
import dev.foresight.spark.generate.PromptGroups;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.TargetFolder;
import dev.foresight.spark.io.UnfinishedOutput;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;

/** A folder of text that is written group by group, and what a killed run left of it. */
final class TextOutput {
  private static final String REPORT = "report.json";

  private final OutputFolder folder;
  private final ObjectNode plan;
  private final PrintWriter out;

  private TextOutput(OutputFolder folder, ObjectNode plan, PrintWriter out) {
    this.folder = folder;
    this.plan = plan;
    this.out = out;
  }

  /** What of prompts and settings decides the bytes. */
  static ObjectNode plan(Generator.Settings settings, PromptGroups groups) {
    ObjectNode plan = Json.MAPPER.createObjectNode();
    plan.put("writer", "foresight");
    plan.put("prompts", groups.count());
    plan.put("prompts_xxh64", Words.format("%016x", groups.digest()));
    plan.put("temperature", settings.sampling().temperature());
    plan.put("top_k", settings.sampling().topK());
    plan.put("top_p", settings.sampling().topP());
    plan.put("min_p", settings.sampling().minP());
    plan.put("repetition_penalty", settings.sampling().repetitionPenalty());
    plan.put("seed", settings.seed());
    plan.put("candidates", settings.candidates());
    plan.put("max_tokens", settings.maxTokens());
    plan.put("batch", settings.batch());
    new TreeSet<>(settings.stops()).forEach(plan.withArray("stop_tokens")::add);
    return plan;
  }

  /**
   * The folder of a run with the same plan that was killed, or an empty one.
   *
   * @throws InputException if the folder holds anything else
   */
  static TextOutput begin(Footprint footprint, ObjectNode plan, Configuration conf, PrintWriter out)
      throws IOException {
    TargetFolder target = footprint.folder("--out", conf);
    UnfinishedOutput unfinished = new UnfinishedOutput(target.root().toString());
    if (target.overwrite() || !unfinished.isOf(plan.toString(), conf)) {
      target.prepare();
      unfinished.begin(plan.toString(), conf);
    } else {
      out.println("Goes on with what an earlier run has written.");
    }
    return new TextOutput(new OutputFolder(target), plan, out);
  }

  String location() {
    return folder.location();
  }

  /** Where tables go. */
  OutputFolder folder() {
    return folder;
  }

  /** Writes the files. */
  @FunctionalInterface
  interface Writer {
    List<GroupFile.Part> write() throws IOException;
  }

  /**
   * Runs the writer, reports and commits.
   *
   * @throws InputException if anything is refused; what this run wrote is then removed
   */
  void write(Writer writer) throws IOException {
    try {
      long began = System.nanoTime();
      List<GroupFile.Part> parts = writer.write();
      commit(parts, (System.nanoTime() - began) / 1e9);
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      if (ErrorHandler.refusal(e).isPresent()) {
        folder.target().takeBack();
      }
      throw e;
    }
  }

  private void commit(List<GroupFile.Part> parts, double seconds) throws IOException {
    parts.forEach(part -> folder.note(part.name(), part.file()));
    plan.set("files", Json.MAPPER.valueToTree(folder.written()));
    plan.put("lines", parts.stream().mapToInt(GroupFile.Part::lines).sum());
    plan.put("tokens", parts.stream().mapToLong(GroupFile.Part::tokens).sum());
    folder.json(REPORT, plan);
    folder.target().commit();
    long fresh =
        parts.stream().filter(GroupFile.Part::fresh).mapToLong(GroupFile.Part::tokens).sum();
    out.printf(
        Locale.ROOT,
        "Wrote %,d texts for %,d prompts into %s: %,d tokens in %.1f s, %.1f a second%n",
        plan.get("lines").asLong(),
        plan.get("prompts").asLong(),
        folder.location(),
        fresh,
        seconds,
        fresh / seconds);
    out.flush();
  }
}
