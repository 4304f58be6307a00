package dev.foresight.jobs.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Python's onnxruntime: {@code tools/export-blocks/check}. */
class ExportBlocksCommandTest {
  @TempDir private Path folder;

  private Cli.Result export(Object... options) {
    Object[] fixed = {"export-blocks", "--model", Cli.TINY, "--out", folder.resolve("out")};
    return Cli.run(Stream.of(fixed, options).flatMap(Stream::of).toArray());
  }

  @Test
  void everyBlockHasAGraphAndWeightsBesideIt() throws IOException {
    Cli.Result result = export();
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("Wrote 8 blocks");
    Path out = folder.resolve("out");
    for (int block = 0; block < 8; block++) {
      assertThat(out.resolve("block-%05d.onnx".formatted(block))).isNotEmptyFile();
      // q and o 128 x 128, k and v 64 x 128, gate, up and down 384 x 128, two norms
      assertThat(Files.size(out.resolve("block-%05d.weights".formatted(block))))
          .isGreaterThan(4 * (2 * 128 * 128 + 2 * 64 * 128 + 3 * 384 * 128 + 2 * 128));
    }
    assertThat(out.resolve("example.safetensors")).isNotEmptyFile();
    assertThat(out.resolve("_SUCCESS")).exists();
  }

  @Test
  void eightBitsTakeAQuarter() throws IOException {
    assertThat(export("--precision", "int8").exitCode()).isZero();
    assertThat(Files.size(folder.resolve("out/block-00000.weights")))
        .isLessThan(2 * (2 * 128 * 128 + 2 * 64 * 128 + 3 * 384 * 128));
  }

  @Test
  void folderThatIsThereIsReplacedOnRequestAndOnlyIfItIsOurs() throws IOException {
    assertThat(export().exitCode()).isZero();
    Cli.Result refused = export();
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused.err()).contains("--overwrite");
    assertThat(export("--overwrite").exitCode()).isZero();
    Path notes = folder.resolve("out/notes.txt");
    Files.writeString(notes, "mine");
    Cli.Result foreign = export("--overwrite");
    assertThat(foreign.exitCode()).isEqualTo(3);
    assertThat(foreign.err()).contains("notes.txt", "did not write");
    assertThat(notes).hasContent("mine");
  }

  @Test
  void uriNamesTheSameFolderAsItsPath() {
    Path out = folder.resolve("uri");
    String uri = "file://" + out;
    assertThat(Cli.run("export-blocks", "--model", Cli.TINY, "--out", uri).exitCode()).isZero();
    assertThat(out.resolve("block-00000.onnx")).exists();
  }
}
