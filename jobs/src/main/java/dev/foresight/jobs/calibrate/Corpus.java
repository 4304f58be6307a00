package dev.foresight.jobs.calibrate;

import dev.foresight.InputException;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.ShardBy;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.ChatTemplate;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
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
  /** Files with a {@code text} each line or row, each file a shard. */
  public static Corpus files(String location) {
    return new Corpus(location, "text", new ShardBy.File(), Optional.empty());
  }

  /**
   * Rows of (shard, text).
   *
   * @param model whose template renders conversations
   * @throws InputException if the corpus is refused
   */
  Dataset<Row> read(SparkSession session, ModelFolder model) throws IOException {
    return new CorpusReader(session)
        .read(location, column, shardBy, () -> template(session, model));
  }

  private ChatTemplate template(SparkSession session, ModelFolder model) {
    try {
      if (chatTemplate.isPresent()) {
        Path path = new Path(chatTemplate.get());
        return ChatTemplate.of(model, chatTemplate.get(), text(session, path));
      }
      return ChatTemplate.of(model)
          .orElseThrow(
              () ->
                  new InputException(
                      "'%s' holds conversations, and %s has no chat template: name one by --chat-template."
                          .formatted(column, model.location())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(SparkSession session, Path path) throws IOException {
    var fileSystem = path.getFileSystem(session.sessionState().newHadoopConf());
    try (var in = fileSystem.open(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      throw new InputException("--chat-template: there is no file %s.".formatted(path), e);
    }
  }
}
