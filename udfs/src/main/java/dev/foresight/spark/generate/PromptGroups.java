package dev.foresight.spark.generate;

import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.CorpusText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;
import org.apache.spark.HashPartitioner;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * The prompts of a corpus in groups that run together, {@value #SIZE} each, in the order of shard
 * and hash: whatever the files' order and the number of tasks, a prompt has the same neighbours.
 */
public final class PromptGroups implements AutoCloseable {
  static final int SIZE = 16;

  private final JavaRDD<NumberedPrompt> prompts;
  private final long count;
  private final long without;
  private final long digest;

  private PromptGroups(JavaRDD<NumberedPrompt> prompts, long without) {
    this.prompts = prompts;
    this.without = without;
    this.count = prompts.count();
    this.digest =
        prompts.map(p -> Hashing.xxHash64(p.number(), p.order())).fold(0L, (a, b) -> a + b);
  }

  /**
   * Reads a corpus and orders it.
   *
   * @throws InputException if the corpus is refused, or holds no text
   */
  public static PromptGroups of(CorpusText text) throws IOException {
    JavaRDD<Row> rows = text.rows().javaRDD();
    int column = text.rows().schema().fieldIndex(CorpusReader.TEXT);
    int shard = text.rows().schema().fieldIndex(CorpusReader.SHARD);
    long without = rows.filter(row -> row.isNullAt(column)).count();
    text.requireWhole();
    JavaRDD<NumberedPrompt> prompts =
        rows.filter(row -> !row.isNullAt(column))
            .map(row -> NumberedPrompt.of(row.getString(shard), row.getString(column)))
            .sortBy(NumberedPrompt::order, true, Math.max(1, rows.getNumPartitions()))
            .zipWithIndex()
            .map(numbered -> numbered._1().at(numbered._2()))
            .persist(StorageLevel.MEMORY_AND_DISK());
    PromptGroups groups = new PromptGroups(prompts, without);
    if (groups.count() == 0) {
      groups.close();
      throw new InputException(
          Words.format(
              "None of the %,d documents of the corpus has a text: name the column or key that holds it by --text-column.",
              without));
    }
    return groups;
  }

  /** Prompts in all. */
  public long count() {
    return count;
  }

  /** Documents that have no text. */
  public long without() {
    return without;
  }

  /** What tells these prompts from others, whatever their order in the files. */
  public long digest() {
    return digest;
  }

  /** What a task makes of each group: its number and its prompts in order, a partition each. */
  public <T> List<T> map(Function<Tuple2<Long, List<NumberedPrompt>>, T> task) {
    return groups().map(task).collect();
  }

  private JavaRDD<Tuple2<Long, List<NumberedPrompt>>> groups() {
    int groups = Math.toIntExact((count + SIZE - 1) / SIZE);
    return prompts
        .mapToPair(prompt -> new Tuple2<>(prompt.number() / SIZE, prompt))
        .groupByKey(new HashPartitioner(groups))
        .map(group -> new Tuple2<>(group._1(), ordered(group._2())));
  }

  private static List<NumberedPrompt> ordered(Iterable<NumberedPrompt> prompts) {
    List<NumberedPrompt> ordered =
        new ArrayList<>(StreamSupport.stream(prompts.spliterator(), false).toList());
    ordered.sort(Comparator.comparingLong(NumberedPrompt::number));
    return ordered;
  }

  @Override
  public void close() {
    prompts.unpersist();
  }
}
