package dev.foresight.spark.functions;

import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.calibrate.ExecutorModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.SerializableConfiguration;
import org.apache.spark.util.TaskCompletionListener;

/** Runs the documents of a partition one by one; each result depends on its document alone. */
final class HiddenStatesTask implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final int column;
  private final int maxTokens;
  private final FirstPosition firstPosition;
  private final SerializableConfiguration conf;

  HiddenStatesTask(
      ExecutorModel.Key model,
      int column,
      int maxTokens,
      FirstPosition firstPosition,
      SerializableConfiguration conf) {
    this.model = model;
    this.column = column;
    this.maxTokens = maxTokens;
    this.firstPosition = firstPosition;
    this.conf = conf;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) throws IOException {
    if (!rows.hasNext()) {
      return rows;
    }
    ExecutorModel.Lease lease = ExecutorModel.acquire(model, conf.value());
    TaskCompletionListener done = context -> lease.close();
    TaskContext.get().addTaskCompletionListener(done);
    return ColumnTransformer.adding(
        rows, row -> row.isNullAt(column) ? null : summary(lease, tokens(row.get(column))));
  }

  private int[] tokens(Object value) {
    if (value instanceof String text) {
      return ExecutorTokenizer.of(model.location()).encode(text);
    }
    List<?> ids = scala.jdk.javaapi.CollectionConverters.asJava((scala.collection.Seq<?>) value);
    return ids.stream().mapToInt(id -> (Integer) id).toArray();
  }

  private Row summary(ExecutorModel.Lease lease, int... tokens) {
    int used = Math.min(tokens.length, maxTokens);
    if (used == 0) {
      return RowFactory.create(tokens.length, used, null);
    }
    try {
      float[] hidden = lease.runner().run(new int[][] {Arrays.copyOf(tokens, used)});
      return RowFactory.create(tokens.length, used, mean(hidden, used));
    } catch (IOException e) {
      throw new UncheckedIOException("Can't run " + model.location(), e);
    }
  }

  /** Mean over positions of [positions, channels], null over none. */
  private float[] mean(float[] hidden, int positions) {
    int channels = hidden.length / positions;
    int first = firstPosition == FirstPosition.INCLUDE ? 0 : 1;
    if (first == positions) {
      return null;
    }
    float[] mean = new float[channels];
    for (int j = 0; j < channels; j++) {
      double sum = 0;
      for (int t = first; t < positions; t++) {
        sum += hidden[t * channels + j];
      }
      mean[j] = (float) (sum / (positions - first));
    }
    return mean;
  }
}
