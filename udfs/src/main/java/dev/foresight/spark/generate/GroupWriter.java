package dev.foresight.spark.generate;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.generate.Continuation;
import dev.foresight.generate.Generator;
import dev.foresight.generate.Prompt;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.functions.ExecutorTokenizer;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.WrittenFile;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;
import scala.Tuple2;

/**
 * The task that continues the prompts of a group and writes them to a file of JSON lines, unless an
 * earlier run has. The file appears whole or not at all.
 */
public final class GroupWriter
    implements Function<Tuple2<Long, List<NumberedPrompt>>, GroupWriter.Part> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final Generator.Settings settings;
  private final String output;
  private final SerializableConfiguration conf;

  /**
   * @param output folder that the files go to
   */
  public GroupWriter(
      ExecutorModel.Key model,
      Generator.Settings settings,
      String output,
      SerializableConfiguration conf) {
    this.model = model;
    this.settings = settings;
    this.output = output;
    this.conf = conf;
  }

  /**
   * A file that is there.
   *
   * @param name in the output folder
   * @param file its size and hash
   * @param continuations lines
   * @param tokens that they were made of
   * @param fresh whether this run wrote it
   */
  public record Part(String name, WrittenFile file, int continuations, long tokens, boolean fresh)
      implements java.io.Serializable {}

  /** Writes the files of all groups that have none, in order. */
  public List<Part> write(PromptGroups groups) {
    JavaRDD<Tuple2<Long, List<NumberedPrompt>>> all = groups.groups();
    return all.map(this).collect();
  }

  @Override
  public Part call(Tuple2<Long, List<NumberedPrompt>> group) throws IOException {
    String name = Words.format("text/part-%05d.jsonl", group._1());
    Path file = new Path(output, name);
    Configuration hadoop = conf.value();
    if (file.getFileSystem(hadoop).exists(file)) {
      return part(name, WrittenFile.read(file, hadoop), read(file, hadoop), false);
    }
    String lines = lines(group._2());
    WrittenFile written =
        WrittenFile.write(
            hadoop,
            new Path(output),
            name,
            out -> out.write(lines.getBytes(StandardCharsets.UTF_8)));
    return part(name, written, lines, true);
  }

  private static String read(Path file, Configuration conf) throws IOException {
    try (var in = file.getFileSystem(conf).open(file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Part part(String name, WrittenFile file, String lines, boolean fresh)
      throws IOException {
    int count = 0;
    long tokens = 0;
    for (String line : lines.lines().toList()) {
      count++;
      tokens += Json.LINES.readTree(line).path("tokens").asLong();
    }
    return new Part(name, file, count, tokens, fresh);
  }

  private String lines(List<NumberedPrompt> group) throws IOException {
    Tokenizer tokenizer = ExecutorTokenizer.of(model.location());
    List<Prompt> prompts = new ArrayList<>();
    for (NumberedPrompt prompt : group) {
      prompts.add(new Prompt(prompt.id(), tokenizer.prompt(prompt.text())));
    }
    List<List<Continuation>> written;
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value())) {
      written = new Generator(lease.generating(), settings).generate(prompts);
    } catch (InputException e) {
      throw named(group, e);
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < group.size(); i++) {
      for (int candidate = 0; candidate < written.get(i).size(); candidate++) {
        ObjectNode line = line(group.get(i), candidate, written.get(i).get(candidate), tokenizer);
        lines.append(Json.LINES.writeValueAsString(line)).append('\n');
      }
    }
    return lines.toString();
  }

  /** A hash says nothing to the reader: the beginning of the text does. */
  private static InputException named(List<NumberedPrompt> group, InputException e) {
    for (NumberedPrompt prompt : group) {
      if (e.getMessage().contains(prompt.id())) {
        String begin = prompt.text().strip().replaceAll("\\s+", " ");
        String shown = begin.substring(0, Math.min(40, begin.length()));
        return new InputException(
            e.getMessage()
                .replace(
                    prompt.id(),
                    Words.format("of shard %s that begins '%s'", prompt.shard(), shown)),
            e);
      }
    }
    return e;
  }

  private ObjectNode line(
      NumberedPrompt prompt, int candidate, Continuation written, Tokenizer tokenizer) {
    int length = written.tokens().length;
    double sum = 0;
    for (float logProbability : written.logProbabilities()) {
      sum += logProbability;
    }
    ObjectNode line = Json.MAPPER.createObjectNode();
    line.put("text", tokenizer.plainText(written.tokens()));
    line.put("prompt", prompt.text());
    line.put("shard", prompt.shard());
    line.put("id", prompt.id());
    line.put("candidate", candidate);
    line.put("tokens", length);
    line.put("log_probability", sum / length);
    line.put("end", written.end().name().toLowerCase(Locale.ROOT));
    return line;
  }
}
