package dev.foresight.jobs.calibrate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.corpus.ShardBy;
import dev.foresight.spark.io.FileSettings;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.ChatTemplate;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Text to calibrate on.
 *
 * @param location files, or {@code table:NAME}
 * @param column of the text or conversation
 * @param shardBy what tells shards apart
 * @param chatTemplate file of a template to use instead of the model's
 */
public record Corpus(
    String location, String column, ShardBy shardBy, Optional<String> chatTemplate) {
  private static final String TABLE = "table:";
  private static final String OPTION = "--corpus";

  /** Files with a {@code text} each line or row, each file a shard. */
  public static Corpus files(String location) {
    return new Corpus(location, "text", new ShardBy.File(), Optional.empty());
  }

  /** Says which files are read; those of a table are its catalog's. */
  void addTo(Footprint footprint) {
    addTo(footprint, OPTION);
  }

  /** The same of a corpus that another option names. */
  public void addTo(Footprint footprint, String option) {
    if (!location.startsWith(TABLE)) {
      footprint.readsAll(option, location);
    }
    footprint.reads("--chat-template", chatTemplate.orElse(null));
  }

  /**
   * Documents and their shards.
   *
   * @param model whose template renders conversations
   * @throws InputException if the corpus is refused
   */
  CorpusText read(SparkSession session, ModelFolder model) throws IOException {
    return read(new CorpusReader(session, OPTION), session, model, UnaryOperator.identity());
  }

  /**
   * The same with conversations that ask for an answer.
   *
   * @param option that names the corpus, for messages
   * @throws InputException likewise
   */
  public CorpusText readPrompts(SparkSession session, ModelFolder model, String option)
      throws IOException {
    return read(new CorpusReader(session, option), session, model, ChatTemplate::asking);
  }

  /**
   * Documents, conversations among them as they are: {@link dev.foresight.text.ConversationText}.
   *
   * @throws InputException if the corpus is refused
   */
  public CorpusText readVerbatim(SparkSession session) throws IOException {
    return new CorpusReader(session, OPTION)
        .read(location, column, shardBy, ChatTemplate::verbatim);
  }

  private CorpusText read(
      CorpusReader reader,
      SparkSession session,
      ModelFolder model,
      UnaryOperator<ChatTemplate> form)
      throws IOException {
    if (chatTemplate.isPresent()) { // asked for: it must be there whatever the corpus holds
      ChatTemplate template = form.apply(template(session, model));
      return reader.read(location, column, shardBy, () -> template);
    }
    return reader.read(location, column, shardBy, () -> form.apply(template(session, model)));
  }

  private ChatTemplate template(SparkSession session, ModelFolder model) {
    try {
      return template(
          session.sessionState().newHadoopConf(),
          model,
          Words.format("'%s' holds conversations", column));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The template that was asked for, else the model's.
   *
   * @param need why there must be one, for the message
   * @throws InputException if there is none
   */
  public ChatTemplate template(Configuration conf, ModelFolder model, String need)
      throws IOException {
    if (chatTemplate.isPresent()) {
      Path path = Locations.path(chatTemplate.get());
      return ChatTemplate.of(model, chatTemplate.get(), text(conf, path));
    }
    return ChatTemplate.of(model)
        .orElseThrow(
            () ->
                new InputException(
                    Words.format(
                        "%s, and %s has no chat template: name one by --chat-template.",
                        need, model.location())));
  }

  private static String text(Configuration conf, Path path) throws IOException {
    try (var in = FileSettings.open(path, conf)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      throw new InputException(Words.format("--chat-template: there is no file %s.", path), e);
    }
  }
}
