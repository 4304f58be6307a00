package dev.foresight.spark.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.generate.Continuation;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Prompt;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.functions.ExecutorTokenizer;
import dev.foresight.spark.io.Json;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.util.SerializableConfiguration;

/** Continues the prompts of a group, a line for each continuation. */
public final class GroupWriter extends GroupTask {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final Generator.Settings settings;

  /**
   * @param output folder that the files go to
   */
  public GroupWriter(
      ExecutorModel.Key model,
      Generator.Settings settings,
      String output,
      SerializableConfiguration conf) {
    super(output, conf);
    this.model = model;
    this.settings = settings;
  }

  @Override
  protected String lines(long number, List<NumberedPrompt> group) throws IOException {
    Tokenizer tokenizer = ExecutorTokenizer.of(model.location());
    List<Prompt> prompts = new ArrayList<>();
    for (NumberedPrompt prompt : group) {
      prompts.add(new Prompt(prompt.id(), tokenizer.prompt(prompt.text())));
    }
    List<List<Continuation>> written;
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf().value())) {
      written =
          GroupFile.naming(
              group, () -> new Generator(lease.generating(), settings).generate(prompts));
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < group.size(); i++) {
      for (int candidate = 0; candidate < written.get(i).size(); candidate++) {
        GroupFile.add(
            lines, line(group.get(i), candidate, written.get(i).get(candidate), tokenizer));
      }
    }
    return lines.toString();
  }

  private ObjectNode line(
      NumberedPrompt prompt, int candidate, Continuation written, Tokenizer tokenizer) {
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("text", tokenizer.plainText(written.tokens()));
    line.put("prompt", prompt.text());
    line.put("shard", prompt.shard());
    line.put("id", prompt.id());
    line.put("candidate", candidate);
    line.put("tokens", written.tokens().length);
    line.put("log_probability", written.meanLogProbability());
    line.put("end", written.end().name().toLowerCase(Locale.ROOT));
    return line;
  }
}
