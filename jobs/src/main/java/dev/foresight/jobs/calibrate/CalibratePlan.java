package dev.foresight.jobs.calibrate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.ModelConfig;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.calibrate.SliceProbe;
import dev.foresight.spark.corpus.CorpusFaults;
import dev.foresight.spark.corpus.CorpusReader;
import dev.foresight.spark.corpus.CorpusText;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What a calibration would read and need, without running it: sizes of files, a few documents for
 * the tokens in a byte, one batch for the tokens in a second. Writes nothing.
 */
final class CalibratePlan {
  private static final int SAMPLE = 32; // documents that are tokenized

  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final CalibrateJob.Request request;
  private final PrintWriter out;

  CalibratePlan(SparkSession session, CalibrateJob.Request request, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.request = request;
    this.out = out;
  }

  /**
   * Prints the plan.
   *
   * @throws InputException for what would be refused before anything runs
   */
  void run() throws IOException {
    String location = Locations.qualify(request.model(), conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    ModelConfig config = CalibrateJob.config(request, folder);
    CorpusText corpus = request.corpus().read(session, folder);
    Dataset<Row> text = corpus.rows();
    spark.setJobGroup("plan", "Look at the corpus and time one batch");
    String[] files = text.inputFiles();
    long bytes = files.length == 0 ? textBytes(text) : fileBytes(files);
    long shards = CorpusFaults.naming(() -> text.select(CorpusReader.SHARD).distinct().count());
    corpus.requireWhole();
    long tokens = Math.max(1, (long) (bytes * tokensOfByte(text, folder)));
    int length = request.packing().sequenceLength();
    long sequences = Math.min(tokens / length, saturated(shards, request.limit()));
    long slices =
        Math.max(1, (sequences + request.sketch().slice() - 1) / request.sketch().slice());
    ExecutorMemory memory = ExecutorMemory.of(folder, request, spark.getConf());
    SliceProbe.Timing timing = probe(location, folder, config);
    int atOnce = (int) Math.min(slices, Math.max(1, spark.defaultParallelism()));
    print("Reads", Words.format("%,d files, %,d bytes, %,d shards", files.length, bytes, shards));
    print(
        "Tokens",
        Words.format(
            "about %,d in the files, %,d of them run: %,d sequences of %d",
            tokens, sequences * length, sequences, length));
    print(
        "Slices",
        Words.format(
            "about %,d tasks of %d sequences, %d at once",
            slices, request.sketch().slice(), atOnce));
    SketchSettings kept = request.sketch().within(length);
    print(
        "Store",
        Words.format(
            "about %,d MiB, nearly all of it %,d sampled rows",
            slices * ExecutorMemory.kept(config, kept) >> 20, slices * kept.rows()));
    print(
        "Memory",
        Words.format(
            "an executor with %d tasks: %,d MiB of blocks, %,d MiB of batches; heap %,d MiB",
            memory.tasks(), memory.blocks() >> 20, memory.scratch() >> 20, memory.heap() >> 20));
    print(
        "Needs", Words.format("spark.executor.memoryOverhead=%dm at least", memory.overheadMib()));
    double seconds = timing.secondsPerToken() * sequences * length / atOnce;
    print(
        "Time",
        String.format(
            Locale.ROOT,
            "about %.0f s (%.0f tokens/s in one task, on %s), not counting the packing",
            seconds,
            1 / timing.secondsPerToken(),
            timing.cpu()));
    out.println("Nothing was written.");
    out.flush();
    memory.requireEnough(spark.getConf());
  }

  private long fileBytes(String... files) throws IOException {
    long bytes = 0;
    for (String file : files) {
      Path path = new Path(java.net.URI.create(file));
      bytes += path.getFileSystem(conf).getFileStatus(path).getLen();
    }
    return bytes;
  }

  /** Of a table that has no files to be asked. */
  private static long textBytes(Dataset<Row> text) {
    Column size = functions.sum(functions.octet_length(functions.col(CorpusReader.TEXT)));
    Row sum = CorpusFaults.naming(() -> text.select(size).first());
    return sum.isNullAt(0) ? 0 : sum.getLong(0);
  }

  private static long saturated(long shards, long limit) {
    return limit > Long.MAX_VALUE / Math.max(1, shards) ? Long.MAX_VALUE : shards * limit;
  }

  private void print(String what, String text) {
    out.printf(Locale.ROOT, "%-8s %s%n", what, text);
  }

  /** Of the text alone: other columns make the estimate too high, compression too low. */
  private double tokensOfByte(Dataset<Row> text, ModelFolder folder) throws IOException {
    List<Row> sample =
        CorpusFaults.naming(
            () ->
                text.filter(functions.col(CorpusReader.TEXT).isNotNull())
                    .select(CorpusReader.TEXT)
                    .takeAsList(SAMPLE));
    long tokens = 0;
    long bytes = 0;
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      for (Row row : sample) {
        tokens += tokenizer.encode(row.getString(0)).length;
        bytes += row.getString(0).getBytes(StandardCharsets.UTF_8).length;
      }
    }
    return bytes == 0 ? 0 : (double) tokens / bytes;
  }

  private SliceProbe.Timing probe(String location, ModelFolder folder, ModelConfig config)
      throws IOException {
    var key =
        new ExecutorModel.Key(
                location,
                ModelFingerprint.of(folder).sha256(),
                request.execution(),
                spark.defaultParallelism())
            .measuring(request.sketch());
    return spark
        .parallelize(List.of(request.packing().sequenceLength()), 1)
        .map(new SliceProbe(key, config.vocabulary(), new SerializableConfiguration(conf)))
        .collect()
        .get(0);
  }
}
