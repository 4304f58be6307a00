package dev.foresight.spark.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.BareExecutor;
import dev.foresight.spark.CalibratedLlama;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How tasks of one JVM share models, {@link CalibratedLlama} under other fingerprints. */
class ExecutorModelTest {
  @TempDir private Path folder;

  /** A model of its own, as the folders of a study are: blocks in a folder of the test. */
  private ExecutorModel.Key key(String fingerprint) {
    return key(CalibratedLlama.MODEL, fingerprint, folder.resolve("cache").toString());
  }

  private static ExecutorModel.Key key(Path model, String fingerprint, String cache) {
    Execution execution = new Execution(Execution.Memory.RESIDENT, Precision.FP32, cache);
    return new ExecutorModel.Key(model.toString(), fingerprint, execution, 1);
  }

  private static ExecutorModel.Lease acquire(ExecutorModel.Key key) throws IOException {
    return ExecutorModel.acquire(key, CalibratedLlama.CONF);
  }

  private static BlockRunner useOnce(ExecutorModel.Key key) throws IOException {
    try (ExecutorModel.Lease lease = acquire(key)) {
      return lease.runner();
    }
  }

  @Test
  void tasksOfTheSameModelShareItsRunner() throws IOException {
    try (ExecutorModel.Lease one = acquire(key("shared"));
        ExecutorModel.Lease other = acquire(key("shared"))) {
      assertThat(other.runner()).isSameAs(one.runner());
      assertThat(other.model()).isSameAs(one.model());
    }
  }

  @Test
  void folderThatWasWrittenAgainIsLoadedAgain() throws IOException {
    assertThat(useOnce(key("before"))).isNotSameAs(useOnce(key("after")));
  }

  @Test
  void twoIdleModelsStayAndTheLongestUnusedGoesForAThird() throws IOException {
    BlockRunner first = useOnce(key("first"));
    BlockRunner second = useOnce(key("second"));
    assertThat(useOnce(key("first"))).as("two may stay").isSameAs(first);
    useOnce(key("third")); // second was used before first was used again
    assertThat(useOnce(key("first"))).isSameAs(first);
    assertThat(useOnce(key("second"))).isNotSameAs(second);
  }

  @Test
  void modelThatATaskUsesIsNotClosedForOthers() throws IOException {
    int[][] ids = {CalibratedLlama.ids()[0]};
    try (ExecutorModel.Lease used = acquire(key("used"))) {
      float[] before = used.runner().run(ids);
      for (String other : List.of("x", "y", "z")) {
        useOnce(key(other));
      }
      assertThat(used.runner().run(ids)).isEqualTo(before);
    }
  }

  @Test
  void closedModelRunsNoMore() throws IOException {
    BlockRunner first = useOnce(key("closed"));
    useOnce(key("other"));
    useOnce(key("another"));
    int[][] ids = {CalibratedLlama.ids()[0]};
    assertThatThrownBy(() -> first.run(ids)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void folderThatWasRefusedIsTriedAgainByTheNextTask() throws IOException {
    Path model = folder.resolve("model");
    ExecutorModel.Key key = key(model, "late", folder.resolve("cache").toString());
    assertThatThrownBy(() -> acquire(key))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("does not exist");
    Files.createDirectories(model);
    for (String file : List.of("config.json", "model.safetensors")) {
      Files.copy(CalibratedLlama.MODEL.resolve(file), model.resolve(file));
    }
    try (ExecutorModel.Lease lease = acquire(key)) {
      assertThat(lease.model().config().blocks()).isEqualTo(3);
    }
  }

  @Test
  void convertedBlocksOfAFolderThatWasAskedForOutliveTheModel() throws IOException {
    int[][] ids = {CalibratedLlama.ids()[0]};
    try (ExecutorModel.Lease lease = acquire(key("kept"))) {
      lease.runner().run(ids);
    }
    useOnce(key("other"));
    useOnce(key("another"));
    assertThat(files(folder.resolve("cache/kept"))).contains("block-00000.fp32");
  }

  /** Or the blocks of many variants would fill Spark's disk. */
  @Test
  void convertedBlocksInSparksFolderGoWithTheModel() throws IOException {
    try (BareExecutor executor = new BareExecutor()) {
      Path blocks =
          Path.of(Utils.getLocalDir(SparkEnv.get().conf())).resolve("foresight-blocks/variant");
      int[][] ids = {CalibratedLlama.ids()[0]};
      try (ExecutorModel.Lease lease = acquire(key(CalibratedLlama.MODEL, "variant", null))) {
        lease.runner().run(ids);
        assertThat(files(blocks)).contains("block-00002.fp32");
      }
      useOnce(key("other"));
      useOnce(key("another"));
      assertThat(blocks).doesNotExist();
    }
  }

  private static List<String> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void measuringModelNamesWhatACalibrationKeeps() {
    ExecutorModel.Key key = key("named");
    assertThat(key.statistics()).isEmpty();
    assertThat(key.measuring(new SketchSettings(4, 0, 0)).statistics()).containsExactly("sums");
    assertThat(key.measuring(new SketchSettings(4, 8, 1)).statistics())
        .containsExactly("sums", "rows", "tokens");
    assertThat(key.measuring(new SketchSettings(4, 8, 1))).isNotEqualTo(key);
  }
}
