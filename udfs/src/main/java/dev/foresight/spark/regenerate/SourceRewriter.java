package dev.foresight.spark.regenerate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.generate.Continuation;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Prompt;
import dev.foresight.regenerate.Candidate;
import dev.foresight.regenerate.Features;
import dev.foresight.regenerate.PromptRecipe;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.functions.ExecutorTokenizer;
import dev.foresight.spark.generate.GroupFile;
import dev.foresight.spark.generate.NumberedPrompt;
import dev.foresight.spark.io.Json;
import dev.foresight.text.ConversationText;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;

/** Rewrites the sources of one group: candidates, what is seen of them, and the winners. */
final class SourceRewriter {
  private final Regeneration what;
  private final Configuration conf;
  private final StringBuilder texts = new StringBuilder();
  private final StringBuilder candidates = new StringBuilder();

  SourceRewriter(Regeneration what, Configuration conf) {
    this.what = what;
    this.conf = conf;
  }

  /** JSON lines of the text that takes the sources' place. */
  String texts() {
    return texts.toString();
  }

  /** JSON lines of all candidates. */
  String candidates() {
    return candidates.toString();
  }

  void rewrite(List<NumberedPrompt> rows) throws IOException {
    Tokenizer teacher = ExecutorTokenizer.of(what.teacher().location());
    Sources sources =
        new Sources(what.recipe(), teacher, Optional.ofNullable(what.template()), what.maxTokens());
    List<Sources.Source> all = rows.stream().map(sources::of).toList();
    List<Sources.Source> asked = all.stream().filter(s -> s.prompt() != null).toList();
    List<List<Continuation>> written =
        write(rows, asked.stream().map(Sources.Source::prompt).toList());
    Tokenizer target = ExecutorTokenizer.of(what.target().location());
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(what.target(), conf);
        Surprise surprise = new Surprise(lease.model(), lease.runner(), target, what.maxTokens())) {
      int next = 0;
      for (Sources.Source source : all) {
        List<Continuation> own = source.prompt() == null ? List.of() : written.get(next++);
        compete(source, own, teacher, surprise);
      }
    }
  }

  private List<List<Continuation>> write(List<NumberedPrompt> rows, List<Prompt> prompts)
      throws IOException {
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(what.teacher(), conf)) {
      return GroupFile.naming(
          rows, () -> new Generator(lease.generating(), what.settings()).generate(prompts));
    }
  }

  private void compete(
      Sources.Source source, List<Continuation> written, Tokenizer teacher, Surprise surprise)
      throws IOException {
    double known = surprise.of(source.text());
    List<Candidate> all = new ArrayList<>();
    List<String> wholes = new ArrayList<>();
    for (Continuation each : written) {
      String text = teacher.plainText(each.tokens());
      String whole = source.continues() ? behind(source, each, teacher) : text;
      wholes.add(whole);
      all.add(
          new Candidate(
              all.size(),
              text,
              each.tokens().length,
              each.end() == Continuation.End.STOP,
              each.meanLogProbability(),
              surprise.of(whole),
              Features.repetition(each.tokens()),
              Features.copied(source.prompt().tokens(), each.tokens()),
              Features.foreign(source.text(), text)));
    }
    Optional<Candidate> winner = what.competition().winner(all, known);
    all.forEach(candidate -> note(source, candidate, known, winner.orElse(null)));
    note(source, winner, winner.map(won -> wholes.get(won.number())));
  }

  /** Decoded as one: a character may begin in the prompt and end behind it. */
  private static String behind(Sources.Source source, Continuation written, Tokenizer teacher) {
    int[] prompt = source.prompt().tokens();
    int[] all = Arrays.copyOf(prompt, prompt.length + written.tokens().length);
    System.arraycopy(written.tokens(), 0, all, prompt.length, written.tokens().length);
    return teacher.plainText(all);
  }

  /** A row of the table of candidates. */
  private void note(Sources.Source source, Candidate candidate, double known, Candidate winner) {
    ObjectNode row = row(source);
    row.put("candidate", candidate.number());
    row.put("text", candidate.text());
    row.put("tokens", candidate.tokens());
    row.put("ended", candidate.ended());
    row.put("log_probability", candidate.logProbability());
    number(row, "surprise", candidate.surprise());
    number(row, "source_surprise", known);
    row.put("repetition", candidate.repetition());
    row.put("copied", candidate.copied());
    row.put("foreign", candidate.foreign());
    Optional<String> fault = what.competition().fault(candidate);
    fault.ifPresent(name -> row.put("fault", name));
    if (fault.isEmpty()) {
      row.put("score", what.competition().score(candidate, known));
    }
    row.put("won", candidate == winner);
    GroupFile.add(candidates, row);
  }

  private static void number(ObjectNode row, String name, double value) {
    if (!Double.isNaN(value)) {
      row.put(name, value);
    }
  }

  /** A line of the corpus that is written: the winner, or the source where there is none. */
  private void note(Sources.Source source, Optional<Candidate> winner, Optional<String> whole) {
    ObjectNode row = Json.MAPPER.createObjectNode();
    if (source.conversation() == null) {
      row.put("text", whole.orElse(source.row().text()));
    } else {
      row.set(
          "text",
          ConversationText.json(
              whole
                  .map(answer -> PromptRecipe.answered(source.conversation(), answer))
                  .orElse(source.conversation())));
    }
    row.setAll(row(source));
    row.put("by", winner.isPresent() ? "teacher" : "source");
    winner.ifPresent(won -> row.put("candidate", won.number()).put("tokens", won.tokens()));
    row.put("recipe", what.recipe().name());
    row.put("teacher", what.teacher().fingerprint());
    row.put("seed", what.settings().seed());
    GroupFile.add(texts, row);
  }

  private static ObjectNode row(Sources.Source source) {
    return Json.MAPPER
        .createObjectNode()
        .put("shard", source.row().shard())
        .put("id", source.row().id());
  }
}
