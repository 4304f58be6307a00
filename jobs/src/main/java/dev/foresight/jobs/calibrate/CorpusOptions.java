package dev.foresight.jobs.calibrate;

import dev.foresight.spark.corpus.ShardBy;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which text a command reads. */
final class CorpusOptions {
  @Option(
      names = "--corpus",
      required = true,
      description =
          "File, folder or glob of .jsonl, .json, .ndjson, .txt (also .gz, .zst), .parquet or .orc,"
              + " on any Hadoop file system; or table:NAME of the session's catalog.")
  private String corpus;

  @Option(
      names = "--text-column",
      defaultValue = "text",
      description =
          "Column or key of a document's text, or of its conversation: an array of role and content"
              + " (default: ${DEFAULT-VALUE}).")
  private String textColumn;

  @Option(
      names = "--shard-by",
      defaultValue = "file",
      description =
          "What tells shards apart: file, column:NAME, or partition:N (default:"
              + " ${DEFAULT-VALUE}).")
  private String shardBy;

  @Option(
      names = "--chat-template",
      description = "File of the Jinja template for conversations (default: the model's own).")
  private String chatTemplate;

  /** What the options name. */
  Corpus corpus() {
    return new Corpus(
        corpus, textColumn, ShardBy.parse(shardBy), Optional.ofNullable(chatTemplate));
  }
}
