package dev.foresight.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.model.Model;
import dev.foresight.onnx.graph.LinearNodes;
import dev.foresight.onnx.graph.Precision;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockCacheTest {
  private static final String FINGERPRINT = "00112233445566778899aabbccddeeff";
  private static final int[][] SLICE = {{1, 2, 3, 4, 5, 6, 7, 8}};

  @TempDir private Path root;

  @Test
  void secondRunnerMapsTheFilesOfTheFirst() throws IOException {
    float[] first = run(cache());
    List<FileTime> written = times();
    assertThat(written).hasSize(3);
    assertThat(run(cache())).isEqualTo(first);
    assertThat(times()).isEqualTo(written);
  }

  @Test
  void precisionsKeepTheirOwnFiles() throws IOException {
    float[] first = run(cache());
    float[] rounded = run(cache(), Precision.INT8);
    assertThat(files()).hasSize(6);
    assertThat(run(cache())).isEqualTo(first).isNotEqualTo(rounded);
  }

  @Test
  void flippedBitIsFoundAndMended() throws IOException {
    float[] wanted = run(cache());
    Path file = file("block-00001.fp32");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 64;
    Files.write(file, bytes);
    assertThat(run(cache())).isEqualTo(wanted);
    bytes[bytes.length / 2] ^= 64;
    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void fileCutShortIsMended() throws IOException {
    float[] wanted = run(cache());
    byte[] bytes = Files.readAllBytes(file("block-00002.fp32"));
    Files.write(file("block-00002.fp32"), java.util.Arrays.copyOf(bytes, bytes.length - 4096));
    assertThat(run(cache())).isEqualTo(wanted);
  }

  @Test
  void fileOfAnotherBlockIsNotTaken() throws IOException {
    float[] wanted = run(cache());
    Files.copy(
        file("block-00000.fp32"), file("block-00001.fp32"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(run(cache())).isEqualTo(wanted);
  }

  @Test
  void fileOfAnotherModelIsNotTaken() throws IOException {
    run(cache());
    try (Model other = Llama.open((name, values) -> values[0] += 1);
        BlockRunner own = new BlockRunner(other, RunnerSettings.resident());
        BlockRunner shared =
            new BlockRunner(
                other,
                RunnerSettings.resident(),
                BlockCache.of(root, FINGERPRINT + "-of-another-model"))) {
      assertThat(shared.run(SLICE)).isEqualTo(own.run(SLICE));
    }
  }

  @Test
  void nothingUnfinishedIsLeftWhenAWeightIsRefused() throws IOException {
    ChangedCheckpoint.Change change =
        (name, values) -> {
          if (name.equals("model.layers.2.mlp.up_proj.weight")) {
            values[7] = Float.NEGATIVE_INFINITY;
          }
        };
    try (Model model = Llama.open(change);
        BlockRunner runner = new BlockRunner(model, RunnerSettings.resident(), cache())) {
      assertThatThrownBy(() -> runner.run(SLICE))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("element 7 of model.layers.2.mlp.up_proj.weight is -Infinity");
    }
    assertThat(files())
        .extracting(path -> path.getFileName().toString())
        .containsExactly("block-00000.fp32", "block-00001.fp32");
  }

  @Test
  void blockIsWrittenOnlyUnderItsLock() throws Exception {
    Files.createDirectories(root.resolve(FINGERPRINT));
    Path lock = root.resolve(FINGERPRINT).resolve("block-00000.fp32.lock");
    Process other = BlockCacheHolder.start(lock);
    try {
      CompletableFuture<float[]> waiting =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return run(cache());
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      assertThatThrownBy(() -> waiting.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(files()).isEmpty();
      other.getOutputStream().close(); // tells it to go
      assertThat(waiting.get(30, TimeUnit.SECONDS)).hasSize(8 * 64);
    } finally {
      other.destroy();
    }
  }

  @Test
  void temporaryCacheGoesWithItsRunner() throws IOException {
    Path folder;
    try (Model model = Llama.open();
        BlockCache cache = BlockCache.temporary()) {
      folder = cache.folder();
      WeightLayout layout = layout(model);
      assertThat(folder.resolve(cache.file(model, 0, Precision.FP32, layout))).exists();
    }
    assertThat(folder).doesNotExist();
  }

  @Test
  void weightsBeginAtPagesInTheOrderOfTheGraph() throws IOException {
    try (Model model = Llama.open()) {
      WeightLayout layout = layout(model);
      long end = WeightLayout.PAGE;
      for (WeightLayout.Place place : layout.places()) {
        assertThat(place.offset()).isEqualTo(end);
        assertThat(place.offset() % WeightLayout.PAGE).isZero();
        end += (place.bytes() + WeightLayout.PAGE - 1) / WeightLayout.PAGE * WeightLayout.PAGE;
      }
      assertThat(layout.end()).isEqualTo(end);
    }
  }

  private static WeightLayout layout(Model model) {
    return new WeightLayout(
        new BlockGraphs(model.config(), model.architecture(), List.of(), LinearNodes.FLOAT).of(0));
  }

  private BlockCache cache() {
    return BlockCache.of(root, FINGERPRINT);
  }

  private static float[] run(BlockCache cache) throws IOException {
    return run(cache, Precision.FP32);
  }

  private static float[] run(BlockCache cache, Precision precision) throws IOException {
    try (Model model = Llama.open();
        BlockRunner runner =
            new BlockRunner(model, RunnerSettings.resident().with(precision), cache)) {
      return runner.run(SLICE);
    }
  }

  private Path file(String name) {
    return root.resolve(FINGERPRINT).resolve(name);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile)
          .filter(path -> !path.toString().endsWith(".lock"))
          .sorted()
          .toList();
    }
  }

  private List<FileTime> times() throws IOException {
    List<FileTime> times = new java.util.ArrayList<>();
    for (Path file : files()) {
      times.add(Files.getLastModifiedTime(file));
    }
    return times;
  }

  /** A process of its own that holds a lock file until its input ends. */
  static final class BlockCacheHolder {
    static Process start(Path lock) throws IOException {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  BlockCacheHolder.class.getName(),
                  lock.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      if (process.getInputStream().read() != 'L') {
        throw new IOException("The other process did not lock");
      }
      return process;
    }

    public static void main(String[] args) throws IOException {
      try (FileChannel channel =
              FileChannel.open(
                  Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        System.out.print(lock.isValid() ? 'L' : 'N');
        System.out.flush();
        System.in.read();
      }
    }
  }
}
