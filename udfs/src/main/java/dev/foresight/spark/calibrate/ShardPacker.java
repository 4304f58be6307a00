package dev.foresight.spark.calibrate;

import dev.foresight.Hashing;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.corpus.CorpusFaults;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.store.PackedShard;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoredFile;
import dev.foresight.text.PackingSettings;
import dev.foresight.text.SequencePacker;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Turns the documents of each shard into sequences, in an order that only their texts decide, and
 * writes the token ids once.
 *
 * <p>A shard is one task's, but never in its memory: Spark sorts on disk what does not fit, and
 * documents are tokenized, cut and written one by one. Only where no token ids are kept do they
 * travel, all of a shard, with the result.
 */
public final class ShardPacker implements FlatMapFunction<Iterator<Row>, PackedText> {
  private static final long serialVersionUID = 1L;

  private final String model;
  private final String store;
  private final PackingSettings settings;
  private final long limit;
  private final boolean keepTokenIds;
  private final SerializableConfiguration conf;

  /**
   * @param model the model folder, for its tokenizer
   * @param store the sketch store's folder
   * @param limit sequences wanted of each shard
   * @param keepTokenIds whether the store keeps them; if not, they travel with the tasks
   */
  public ShardPacker(
      String model,
      String store,
      PackingSettings settings,
      long limit,
      boolean keepTokenIds,
      SerializableConfiguration conf) {
    this.model = model;
    this.store = store;
    this.settings = settings;
    this.limit = limit;
    this.keepTokenIds = keepTokenIds;
    this.conf = conf;
  }

  /**
   * Packs a corpus.
   *
   * @param corpus all of it is read, which is proved at the end
   * @param partitions how many tasks sort and tokenize
   * @return what became of each shard, sorted by id
   * @throws InputException if a document or file is refused, there is no text at all, or the files
   *     changed meanwhile
   */
  public List<PackedText> pack(CorpusText corpus, int partitions) throws IOException {
    long seed = settings.seed();
    UDF1<String, Long> key = text -> text == null ? null : Hashing.xxHash64(seed, text);
    var ordered =
        corpus
            .rows()
            .withColumn(
                "key",
                functions.udf(key, DataTypes.LongType).apply(functions.col(CorpusReader.TEXT)))
            .repartition(partitions, functions.col(CorpusReader.SHARD))
            .sortWithinPartitions(CorpusReader.SHARD, "key", CorpusReader.TEXT);
    List<PackedText> shards =
        new ArrayList<>(
            CorpusFaults.naming(() -> ordered.toJavaRDD().mapPartitions(this).collect()));
    shards.sort(Comparator.comparing(text -> text.shard().id()));
    corpus.requireWhole();
    requireText(shards.stream().map(PackedText::shard).toList());
    return shards;
  }

  private static void requireText(List<PackedShard> shards) {
    long documents = shards.stream().mapToLong(PackedShard::documents).sum();
    long withoutText = shards.stream().mapToLong(PackedShard::withoutText).sum();
    if (documents == withoutText) {
      throw new InputException(
          Words.format(
              "The corpus has no text: %,d documents, %,d of them null. Check --corpus and --text-column.",
              documents, withoutText));
    }
  }

  @Override
  public Iterator<PackedText> call(Iterator<Row> rows) throws IOException {
    List<PackedText> packed = new ArrayList<>();
    if (rows.hasNext()) {
      SketchStore target = new SketchStore(conf.value(), store);
      try (Tokenizer tokenizer = Tokenizer.open(ModelFolders.open(model, conf.value()))) {
        Lookahead lookahead = new Lookahead(rows);
        while (lookahead.row != null) {
          packed.add(packShard(lookahead, tokenizer, target));
        }
      }
    }
    return packed.iterator();
  }

  private PackedText packShard(Lookahead rows, Tokenizer tokenizer, SketchStore target)
      throws IOException {
    String shard = rows.shard();
    if (!keepTokenIds) {
      List<int[]> tokens = new ArrayList<>();
      PackedShard packed = fill(shard, rows, tokenizer, tokens::add);
      return new PackedText(packed, null, tokens.toArray(int[][]::new));
    }
    PackedShard[] packed = new PackedShard[1];
    StoredFile file =
        target.writeSequences(shard, sink -> packed[0] = fill(shard, rows, tokenizer, sink));
    return new PackedText(packed[0], file, null);
  }

  private PackedShard fill(
      String shard, Lookahead rows, Tokenizer tokenizer, Consumer<int[]> sink) {
    MessageDigest digest = Hashing.sha256();
    SequencePacker packer =
        new SequencePacker(
            settings,
            tokenizer,
            limit,
            tokens -> {
              digest.update(littleEndian(tokens));
              sink.accept(tokens);
            });
    long documents = 0;
    long withoutText = 0;
    long unused = 0;
    for (; rows.row != null && rows.shard().equals(shard); rows.advance()) {
      Row row = rows.row;
      documents++;
      if (row.isNullAt(row.fieldIndex(CorpusReader.TEXT))) {
        withoutText++;
      } else if (packer.full()) {
        unused++;
      } else {
        packer.add(tokenizer.encode(row.getAs(CorpusReader.TEXT)));
      }
    }
    return new PackedShard(
        shard,
        documents,
        withoutText,
        packer.emptyDocuments(),
        packer.documents(),
        unused,
        packer.documentTokens(),
        packer.sequences(),
        packer.droppedTokens(),
        HexFormat.of().formatHex(digest.digest()));
  }

  private static byte[] littleEndian(int[] tokens) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * tokens.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(tokens);
    return bytes.array();
  }

  /** A row iterator that can be asked for the next row's shard. */
  private static final class Lookahead {
    private final Iterator<Row> rows;
    private Row row;

    Lookahead(Iterator<Row> rows) {
      this.rows = rows;
      advance();
    }

    void advance() {
      row = rows.hasNext() ? rows.next() : null;
    }

    String shard() {
      return row.getAs(CorpusReader.SHARD);
    }
  }
}
