package dev.foresight.spark.functions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.calibrate.ExecutorModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

/** Documents of one partition, token ids in the second column; {@link CalibratedLlama}. */
class HiddenStatesTaskTest {
  private BareExecutor executor;

  @BeforeEach
  void begin() {
    executor = new BareExecutor();
  }

  @AfterEach
  void end() {
    executor.close();
  }

  private static ExecutorModel.Key key(String location, String fingerprint) throws IOException {
    return new ExecutorModel.Key(location, fingerprint, CalibratedLlama.key().execution(), 1);
  }

  private static HiddenStatesTask task(ExecutorModel.Key key, int most, FirstPosition first) {
    return new HiddenStatesTask(key, 1, most, first, CalibratedLlama.conf());
  }

  private static HiddenStatesTask task(int most, FirstPosition first) throws IOException {
    return task(CalibratedLlama.key(), most, first);
  }

  private static Row document(String id, int... tokens) {
    List<Integer> ids = Arrays.stream(tokens).boxed().toList();
    return RowFactory.create(id, CollectionConverters.asScala(ids).toSeq());
  }

  private static List<Row> run(HiddenStatesTask task, Row... documents) throws IOException {
    List<Row> found = new ArrayList<>();
    task.call(List.of(documents).iterator()).forEachRemaining(found::add);
    return found;
  }

  private static float[] mean(Row row) {
    return (float[]) row.getStruct(2).get(2);
  }

  @Test
  void rowsKeepTheirColumnsAndTheirOrder() throws IOException {
    int[] ids = CalibratedLlama.ids()[0];
    List<Row> found = run(task(8, FirstPosition.INCLUDE), document("x", ids), document("y", 5, 6));
    assertThat(found).extracting(row -> row.getString(0)).containsExactly("x", "y");
    assertThat(found.get(0).getStruct(2).getInt(0)).as("tokens").isEqualTo(40);
    assertThat(found.get(0).getStruct(2).getInt(1)).as("used").isEqualTo(8);
    assertThat(found.get(1).getStruct(2).getInt(1)).isEqualTo(2);
  }

  /** The mean of one token is its hidden state, whatever stands behind it. */
  @Test
  void firstTokenAloneHasTheHiddenStateOfTransformers() throws IOException {
    int[][] ids = CalibratedLlama.ids();
    float[] hidden = CalibratedLlama.golden("hidden.3");
    for (int s = 0; s < ids.length; s++) {
      int from = s * CalibratedLlama.LENGTH * CalibratedLlama.CHANNELS;
      float[] wanted = Arrays.copyOfRange(hidden, from, from + CalibratedLlama.CHANNELS);
      float[] found = mean(run(task(1, FirstPosition.INCLUDE), document("d", ids[s])).get(0));
      assertThat(CalibratedLlama.relativeError(found, wanted)).isLessThan(1e-5);
    }
  }

  @Test
  void documentWhoseOnlyTokenDoesNotCountHasNoMean() throws IOException {
    Row row = run(task(8, FirstPosition.EXCLUDE), document("d", 17)).get(0);
    assertThat(row.getStruct(2).getInt(1)).isEqualTo(1);
    assertThat(row.getStruct(2).isNullAt(2)).isTrue();
  }

  @Test
  void resultDoesNotDependOnTheOtherDocuments() throws IOException {
    int[][] ids = CalibratedLlama.ids();
    HiddenStatesTask task = task(40, FirstPosition.EXCLUDE);
    float[] alone = mean(run(task, document("d", ids[1])).get(0));
    List<Row> all = run(task, document("c", ids[0]), document("d", ids[1]), document("e", 3));
    assertThat(mean(all.get(1))).isEqualTo(alone);
  }

  @Test
  void partitionWithoutRowsLoadsNoModel() throws IOException {
    Iterator<Row> none =
        task(key("no-such-folder", "none"), 8, FirstPosition.INCLUDE)
            .call(Collections.emptyIterator());
    assertThat(none.hasNext()).isFalse();
    assertThatThrownBy(
            () ->
                run(
                    task(key("no-such-folder", "none"), 8, FirstPosition.INCLUDE),
                    document("d", 1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no-such-folder");
  }

  /** Spark asks for rows long after the task was called. */
  @Test
  void modelStaysUntilTheTaskIsOver() throws IOException {
    String location = CalibratedLlama.MODEL.toString();
    Iterator<Row> rows =
        task(key(location, "held"), 8, FirstPosition.INCLUDE)
            .call(List.of(document("d", 1, 2), document("e", 3)).iterator());
    rows.next();
    loadOthers();
    assertThat(mean(rows.next())).hasSize(CalibratedLlama.CHANNELS);
    BlockRunner held = runner("held");
    executor.finishTask();
    loadOthers();
    assertThat(runner("held")).as("given back at the task's end").isNotSameAs(held);
  }

  private static BlockRunner runner(String fingerprint) throws IOException {
    ExecutorModel.Key key = key(CalibratedLlama.MODEL.toString(), fingerprint);
    try (ExecutorModel.Lease lease = ExecutorModel.acquire(key, CalibratedLlama.CONF)) {
      return lease.runner();
    }
  }

  private static void loadOthers() throws IOException {
    for (String other : List.of("one", "two", "three")) {
      runner(other);
    }
  }
}
