package dev.foresight.jobs.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.jobs.Cli;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {
  private static final long MIB = 1 << 20;

  /** An executor of 6 GiB blocks and 1.5 GiB batches. */
  private static final ExecutorMemory LARGE = new ExecutorMemory(6144 * MIB, 1536 * MIB, MIB, 4);

  private static SparkConf conf(String master) {
    return new SparkConf(false).set("spark.master", master);
  }

  private static ExecutorMemory ofTiny(Execution.Memory memory, SparkConf conf) throws IOException {
    var request =
        new CalibrateJob.Request(
            "",
            Corpus.files(""),
            0,
            "",
            new PackingSettings(512, Bos.AUTO, "eos", 0),
            new SketchSettings(16, 256, 16),
            new Execution(memory),
            true,
            false,
            false);
    return ExecutorMemory.of(
        ModelFolders.open(Cli.TINY.toString(), new Configuration()), request, conf);
  }

  @Test
  void blocksOfTheDemoModelAreItsWeightsInFourBytes() throws IOException {
    // 8 blocks: q 128x128, k and v 64x128, o 128x128, gate, up, down 384x128, two norms of 128
    long block = 4L * (2 * 128 * 128 + 2 * 64 * 128 + 3 * 384 * 128 + 2 * 128);
    SparkConf conf = conf("yarn").set("spark.executor.cores", "4").set("spark.task.cpus", "2");
    ExecutorMemory resident = ofTiny(Execution.Memory.RESIDENT, conf);
    assertThat(resident.blocks()).isEqualTo(8 * block);
    assertThat(resident.tasks()).isEqualTo(2);
    assertThat(ofTiny(Execution.Memory.STREAMING, conf).blocks()).isEqualTo(2 * block);
    assertThat(ofTiny(Execution.Memory.RESIDENT, conf("local[3]")).tasks()).isEqualTo(3);
    assertThat(ofTiny(Execution.Memory.RESIDENT, conf("local-cluster[2,5,1024]")).tasks())
        .isEqualTo(5);
  }

  @Test
  void containerThatIsTooSmallIsRefusedBeforeTheStart() {
    assertThatThrownBy(() -> LARGE.requireEnough(conf("yarn").set("spark.executor.memory", "8g")))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "spark.executor.memoryOverhead is 819 MiB, but the blocks and batches of 4 tasks need about 8832 MiB outside the heap: set --conf spark.executor.memoryOverhead=8832m, give an executor fewer cores, or pass --memory streaming.");
  }

  @Test
  void containerThatIsLargeEnoughStarts() {
    SparkConf enough = conf("k8s://host").set("spark.executor.memoryOverhead", "9g");
    assertThatCode(() -> LARGE.requireEnough(enough)).doesNotThrowAnyException();
  }

  @Test
  void nobodyCountsTheMemoryOfALocalRun() {
    assertThatCode(() -> LARGE.requireEnough(conf("local[*]"))).doesNotThrowAnyException();
  }
}
