package dev.foresight.spark;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.RowSelection;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.store.StoredSlice;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;

/**
 * The bound of a calibration: the sequences of a store through all blocks with statistics, and
 * nothing else; no Spark, no sampled rows, nothing merged, nothing written. Started by {@code
 * bench/calibrate/run}.
 */
public final class BareLoop {
  private BareLoop() {}

  /**
   * @param args model folder, store, threads, folder for the converted blocks
   */
  public static void main(String[] args)
      throws IOException, InterruptedException, ExecutionException {
    Locale.setDefault(Locale.ROOT);
    SketchStore store = new SketchStore(new Configuration(), args[1]);
    Manifest manifest = store.manifest();
    List<int[][]> slices = new ArrayList<>();
    for (StoredShard shard : manifest.stored()) {
      for (StoredSlice slice : shard.slices()) {
        int sequences = Math.toIntExact(slice.sequences());
        slices.add(
            store.readSequences(shard.id(), shard.sequences(), slice.firstSequence(), sequences));
      }
    }
    int threads = Integer.parseInt(args[2]);
    long tokens = slices.stream().mapToLong(s -> (long) s.length * s[0].length).sum();
    long started = System.nanoTime();
    LocalModelFolder folder = new LocalModelFolder(Path.of(args[0]));
    try (Model model = ExportedCheckpoints.model(folder);
        BlockRunner runner =
            new BlockRunner(
                model,
                RunnerSettings.resident().measuring(Statistics.all()),
                BlockCache.of(Path.of(args[3]), manifest.model().sha256()))) {
      run(runner, slices.subList(0, 1), 1); // converts the blocks
      double ready = seconds(started);
      started = System.nanoTime();
      run(runner, slices, threads);
      double loop = seconds(started);
      System.out.printf(
          "bare loop: %d tokens, %d threads, %.2f s before, %.2f s, %.1f tokens/s, peak %s%n",
          tokens, threads, ready, loop, tokens / loop, peak());
    }
  }

  private static void run(BlockRunner runner, List<int[][]> slices, int threads)
      throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<float[]>> running = new ArrayList<>();
      for (int[][] slice : slices) {
        running.add(
            pool.submit(
                () -> runner.run(slice, RowSelection.none(), (block, statistics, first) -> {})));
      }
      for (Future<float[]> one : running) {
        one.get();
      }
    } finally {
      pool.shutdown();
    }
  }

  private static double seconds(long started) {
    return (System.nanoTime() - started) / 1e9;
  }

  private static String peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM"))
        .findFirst()
        .orElseThrow()
        .replaceFirst("\\D+", "");
  }
}
