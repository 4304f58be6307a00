package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.jobs.cli.Failure;
import dev.foresight.jobs.inspect.ModelTable;
import dev.foresight.jobs.inspect.PackedSizes;
import dev.foresight.model.Model;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InspectTest {
  @TempDir private Path folder;

  @Test
  void showsEveryLinearOnceForAllBlocksThatAreAlike() {
    Cli.Result result = Cli.run("inspect", "--model", Cli.TINY);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("llama, 8 blocks, hidden 128, intermediate 384, 4 heads (2 for keys and values)")
        .contains("74, 2,099,328 parameters, 4,198,656 bytes")
        .contains("Blocks 0-7, each:")
        .containsOnlyOnce("self_attn.q_proj")
        .containsPattern("mlp_output +mlp\\.down_proj +128 x 384 +f16 +49,152 +98,304")
        .containsPattern("embedding, head +model\\.embed_tokens\\.weight +4096 x 128 +f16")
        .containsPattern("3 .*does not divide|groups of 128");
  }

  /** The two must not drift apart: a plan that promises other bytes than it writes is worthless. */
  @ParameterizedTest
  @CsvSource({"3, 64", "4, 128", "5, 0"})
  void promisesTheBytesThatQuantizeWrites(int bits, int group) throws IOException {
    Path out = folder.resolve("out");
    Cli.Result written =
        Cli.run(
            "quantize",
            "--master",
            "local[2]",
            "--model",
            Cli.TINY,
            "--method",
            "rtn",
            "--bits",
            bits,
            "--group",
            group,
            "--out",
            out);
    assertThat(written.exitCode()).as(written.err()).isZero();
    long total =
        new ObjectMapper()
            .readTree(out.resolve("model.safetensors.index.json").toFile())
            .at("/metadata/total_size")
            .asLong();
    try (Model model = Model.open(new LocalModelFolder(Cli.TINY))) {
      PackedSizes sizes = new PackedSizes(model);
      assertThat(sizes.blocks(bits, group).orElseThrow() + sizes.outside()).isEqualTo(total);
      assertThat(sizes.blocks(bits, 96)).isEmpty();
    }
  }

  /** viewfs is a file system of Hadoop's own: nothing about it is local to the reader. */
  @Test
  void readsAFolderOnAHadoopFileSystem() {
    String link = "spark.hadoop.fs.viewfs.mounttable.demo.link./models";
    System.setProperty(link, Cli.TINY.getParent().toUri().toString());
    try {
      Cli.Result result = Cli.run("inspect", "--model", "viewfs://demo/models/foresight-tiny");
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.out()).contains("viewfs://demo/models", "2,099,328 parameters");
    } finally {
      System.clearProperty(link);
    }
  }

  @Test
  void namesRunsOfBlocks() {
    assertThat(ModelTable.ranges(List.of(0, 1, 2, 5))).isEqualTo("0-2, 5");
    assertThat(ModelTable.ranges(List.of(3))).isEqualTo("3");
  }

  @Test
  void refusesAFolderThatIsNoModel() {
    Cli.Result result = Cli.run("inspect", "--model", folder);
    assertThat(result.exitCode()).isEqualTo(Failure.REFUSED);
    assertThat(result.err()).contains(folder + " has neither model.safetensors nor");
  }
}
