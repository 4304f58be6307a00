package dev.foresight.onnx;

import dev.foresight.Hashing;
import dev.foresight.Words;
import dev.foresight.model.Model;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.Statistic;
import dev.foresight.tensor.SafetensorsWriter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;

/**
 * Writes the graphs that a {@link BlockRunner} runs as ONNX files, each with its weights in a file
 * beside it, and an example of what goes in and what comes out.
 */
public final class BlockExport {
  /** Name of the file with the example. */
  public static final String EXAMPLE = "example.safetensors";

  private final Model model;
  private final Precision precision;
  private final BlockGraphs graphs;

  /**
   * @param statistics what the graphs also measure
   */
  public BlockExport(Model model, Precision precision, Collection<Statistic<?>> statistics) {
    this.model = model;
    this.precision = precision;
    this.graphs =
        new BlockGraphs(
            model.config(),
            model.architecture(),
            Statistics.nodes(statistics),
            precision.linears());
  }

  /**
   * Writes {@code block-00000.onnx} and {@code block-00000.weights} into a folder that is there.
   *
   * @return bytes written
   * @throws dev.foresight.InputException if a weight is not finite
   */
  public long block(int block, Path folder) throws IOException {
    WeightLayout layout = new WeightLayout(graphs.of(block));
    String name = Words.format("block-%05d", block);
    Path weights = folder.resolve(name + ".weights");
    String key = Hashing.sha256Hex((name + layout.hash()).getBytes(StandardCharsets.UTF_8));
    new BlockFile(weights, key, layout).write(new BlockTensors(model, block));
    byte[] graph = layout.graph(weights.getFileName().toString());
    Files.write(folder.resolve(name + ".onnx"), graph);
    return layout.end() + graph.length;
  }

  /**
   * Writes what the runner computes of two sequences: every input that all blocks share, the hidden
   * states in front of each block, {@code hidden.0} and so on, and behind the last.
   *
   * @param length tokens of a sequence
   */
  public void example(int length, Path folder) throws IOException {
    int[][] ids = new int[2][length];
    for (int[] sequence : ids) {
      int first = sequence == ids[0] ? 0 : length;
      Arrays.setAll(sequence, i -> (first + i) % model.config().vocabulary());
    }
    try (BlockRunner runner = new BlockRunner(model, RunnerSettings.streaming(1).with(precision));
        OutputStream out =
            new BufferedOutputStream(Files.newOutputStream(folder.resolve(EXAMPLE)))) {
      SafetensorsWriter.write(runner.trace(ids), out);
    }
  }
}
