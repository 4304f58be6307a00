package dev.foresight.spark.functions;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Adds the mean of a document's hidden states behind the last block, before the final norm, as a
 * struct: {@code tokens} of the document, {@code used} ones of them, {@code mean} over those (one a
 * hidden channel; null without a token).
 *
 * <pre>{@code
 * new ForesightHiddenStates().setModel("hdfs:/models/m").setMaxTokens(256).transform(rows)
 * }</pre>
 */
public final class ForesightHiddenStates extends ColumnTransformer<ForesightHiddenStates> {
  private static final int MAX_TOKENS = 512;

  private int maxTokens = MAX_TOKENS;
  private FirstPosition firstPosition = FirstPosition.INCLUDE;
  private Execution.Memory memory = Execution.Memory.RESIDENT;

  /** Writes {@code hidden_states} unless told otherwise. */
  public ForesightHiddenStates() {
    super("hidden_states");
  }

  @Override
  ForesightHiddenStates self() {
    return this;
  }

  /** Tokens of a document that are run, from its beginning (default: {@value #MAX_TOKENS}). */
  public ForesightHiddenStates setMaxTokens(int tokens) {
    if (tokens < 1) {
      throw new InputException(Words.format("setMaxTokens(%d): run at least one token.", tokens));
    }
    this.maxTokens = tokens;
    return this;
  }

  /** Whether position 0, whose activations are huge, is in the mean (default: it is). */
  public ForesightHiddenStates setFirstPosition(FirstPosition position) {
    this.firstPosition = position;
    return this;
  }

  /** What executors keep in native memory (default: all blocks). */
  public ForesightHiddenStates setMemory(Execution.Memory kept) {
    this.memory = kept;
    return this;
  }

  @Override
  boolean reads(DataType type) {
    return type instanceof StringType
        || type instanceof ArrayType array && array.elementType().equals(DataTypes.IntegerType);
  }

  @Override
  String readable() {
    return "text or array<int> of token ids";
  }

  @Override
  DataType outputType() {
    return StructType.fromDDL("tokens INT NOT NULL, used INT NOT NULL, mean ARRAY<FLOAT>");
  }

  @Override
  MapPartitionsFunction<Row, Row> task(Dataset<?> rows, String location, int column)
      throws IOException {
    var spark = rows.sparkSession().sparkContext();
    Configuration conf = spark.hadoopConfiguration();
    String fingerprint = ModelFingerprint.of(ModelFolders.open(location, conf)).sha256();
    int tasks = spark.defaultParallelism();
    ExecutorModel.Key key =
        new ExecutorModel.Key(location, fingerprint, new Execution(memory), tasks);
    return new HiddenStatesTask(
        key, column, maxTokens, firstPosition, new SerializableConfiguration(conf));
  }
}
