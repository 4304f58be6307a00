package dev.foresight.jobs.generate;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.generate.CachedModel;
import dev.foresight.generate.Continuation;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Prompt;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.generate.NumberedPrompt;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.ChatMessage;
import dev.foresight.text.ChatTemplate;
import dev.foresight.text.StopTokens;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;

/** Prompts of the command line, continued in this process and printed. */
final class PromptRun {
  private final String model;
  private final Execution execution;
  private final Function<Set<Integer>, Generator.Settings> sampling;
  private final Configuration conf;
  private final PrintWriter out;

  PromptRun(
      String model,
      Execution execution,
      Function<Set<Integer>, Generator.Settings> sampling,
      Configuration conf,
      PrintWriter out) {
    this.model = model;
    this.execution = execution;
    this.sampling = sampling;
    this.conf = conf;
    this.out = out;
  }

  /**
   * Continues texts, then answers what users say.
   *
   * @param form names the chat template
   */
  void run(List<String> texts, List<String> users, Corpus form) throws IOException {
    ModelFolder folder = ModelFolders.open(Locations.qualify(model, conf), conf);
    List<String> all = new ArrayList<>(texts);
    if (!users.isEmpty()) {
      ChatTemplate template = form.template(conf, folder, "--user is a conversation").asking();
      users.forEach(user -> all.add(template.render(List.of(new ChatMessage("user", user)))));
    }
    try (Model opened = ExportedCheckpoints.model(folder);
        Tokenizer tokenizer = Tokenizer.open(folder)) {
      opened.notes().forEach(note -> out.println("Note: " + note));
      Generator.Settings settings = sampling.apply(StopTokens.of(folder, tokenizer));
      List<Prompt> prompts = new ArrayList<>();
      for (String text : all) {
        prompts.add(new Prompt(id(text), tokenizer.prompt(text)));
      }
      try (BlockCache cache = cache(folder);
          CachedModel cached = new CachedModel(opened, execution.precision(), threads(), cache)) {
        print(all, new Generator(cached, settings).generate(prompts), tokenizer);
      }
    }
  }

  /** One sequence alone has nothing to share with other threads but the work inside a product. */
  private static int threads() {
    return Runtime.getRuntime().availableProcessors();
  }

  private BlockCache cache(ModelFolder folder) throws IOException {
    return execution.cache() == null
        ? BlockCache.temporary()
        : BlockCache.of(
            java.nio.file.Path.of(execution.cache()), ModelFingerprint.of(folder).sha256());
  }

  /** What chance and messages know a prompt by. */
  private static String id(String text) {
    return NumberedPrompt.of("", text).id();
  }

  private void print(List<String> prompts, List<List<Continuation>> written, Tokenizer tokenizer) {
    for (int i = 0; i < prompts.size(); i++) {
      for (Continuation each : written.get(i)) {
        out.println(tokenizer.plainText(each.tokens()).strip());
        out.printf(
            Locale.ROOT,
            "-- %d tokens, %s%n",
            each.tokens().length,
            each.end() == Continuation.End.STOP ? "ended" : "cut off");
      }
    }
    out.flush();
  }
}
