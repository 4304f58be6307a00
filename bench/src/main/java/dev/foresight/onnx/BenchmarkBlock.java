package dev.foresight.onnx;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import dev.foresight.model.Architecture;
import dev.foresight.model.Architectures;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.onnx.graph.OnnxGraph;
import dev.foresight.onnx.graph.Precision;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A Llama block of a given size with random weights, and sequences of 512 tokens to run it on. */
final class BenchmarkBlock implements AutoCloseable {
  static final int LENGTH = 512;
  private static final int SAMPLED_ROWS = 64;

  private final Size size;
  private final Model model;
  private final BlockCache cache;

  /** Sizes by the models they are taken from. */
  enum Size {
    /** SmolLM2-135M. */
    SMOL("smol", 576, 1536, 9, 3, 4096),
    /** Llama 3.2 1B. */
    ONE("1b", 2048, 8192, 32, 8, 2048),
    /** Llama 2 7B. */
    SEVEN("7b", 4096, 11008, 32, 32, 512);

    final String key;
    final int hidden;
    final int intermediate;
    final int heads;
    final int kvHeads;

    /** Tokens of the largest batch to try, so that none takes minutes. */
    final int tokens;

    Size(String key, int hidden, int intermediate, int heads, int kvHeads, int tokens) {
      this.key = key;
      this.hidden = hidden;
      this.intermediate = intermediate;
      this.heads = heads;
      this.kvHeads = kvHeads;
      this.tokens = tokens;
    }

    static Size of(String key) {
      for (Size size : values()) {
        if (size.key.equals(key)) {
          return size;
        }
      }
      throw new IllegalArgumentException("No size " + key + ": smol, 1b or 7b");
    }

    /** Weights of all linears. */
    long weights() {
      long head = hidden / heads;
      return 2L * hidden * hidden + 2L * hidden * kvHeads * head + 3L * hidden * intermediate;
    }

    /** Useful operations per token: linears, and the half of attention that is not masked. */
    double operations() {
      return 2.0 * weights() + 2.0 * LENGTH * hidden;
    }
  }

  BenchmarkBlock(Size size, BlockCache cache) {
    this.size = size;
    this.cache = cache;
    String json =
        """
        {"model_type": "llama", "hidden_size": %d, "intermediate_size": %d,
         "num_hidden_layers": 1, "num_attention_heads": %d, "num_key_value_heads": %d,
         "rms_norm_eps": 1e-05, "vocab_size": 8, "max_position_embeddings": 4096,
         "hidden_act": "silu", "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}
        """
            .formatted(size.hidden, size.intermediate, size.heads, size.kvHeads);
    ModelConfig config = ModelConfig.parse(json, "benchmark");
    this.model = GeneratedCheckpoint.model(config, name -> weights(config, name));
  }

  Size size() {
    return size;
  }

  private static float[] weights(ModelConfig config, String name) {
    Architecture architecture = Architectures.find(config.modelType()).orElseThrow();
    for (LinearSpec linear : architecture.linears()) {
      if (name.endsWith(linear.weight())) {
        return gaussian(name.hashCode(), linear.rows(config) * linear.columns(config));
      }
    }
    float[] norm = new float[config.hidden()];
    Arrays.fill(norm, 1);
    return norm;
  }

  /** Values of standard deviation 0.02, from a small set so that making them is quick. */
  private static float[] gaussian(int seed, int count) {
    Random random = new Random(seed);
    float[] some = new float[1 << 16];
    for (int i = 0; i < some.length; i++) {
      some[i] = (float) (0.02 * random.nextGaussian());
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = some[(i + i / some.length * 31) & (some.length - 1)];
    }
    return values;
  }

  /** Something that can be timed. */
  interface Run extends AutoCloseable {
    /**
     * @param caller 0, or 1 for a second thread
     */
    void once(int caller) throws OrtException;

    @Override
    void close() throws OrtException;
  }

  /** The block as calibration and judging run it. */
  Run block(RunnerSettings settings, int tokens) throws IOException {
    BlockSession session = BlockSession.open(model, 0, graph(settings), settings, cache);
    Batch batch = new Batch(tokens);
    return new Run() {
      @Override
      public void once(int caller) {
        session.run(batch.inputs, batch.in, batch.out[caller]);
      }

      @Override
      public void close() {
        batch.inputs.close();
        session.close();
      }
    };
  }

  /**
   * The block with other options of ONNX Runtime.
   *
   * @param repack whether weights are laid out anew
   * @param scratch what becomes of the memory that a run needs
   * @param shrink whether kept memory is given back after each run all the same
   */
  Run tuned(RunnerSettings settings, int tokens, boolean repack, Scratch scratch, boolean shrink)
      throws IOException, OrtException {
    WeightLayout layout = new WeightLayout(graph(settings));
    String file = cache.file(model, 0, settings.precision(), layout);
    OrtSession session =
        OnnxEnvironment.session(layout.graph(file), cache.folder(), repack, 1, scratch);
    Batch batch = new Batch(tokens);
    RunOptions options = new RunOptions();
    if (shrink) {
      options.addRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
    }
    Set<String> measured = new HashSet<>(session.getOutputNames());
    measured.remove(BlockGraph.NEXT);
    return new Run() {
      @Override
      public void once(int caller) throws OrtException {
        Map<String, OnnxTensor> fed = batch.inputs.shared(session.getInputNames());
        try (OnnxTensor in = batch.inputs.hidden(batch.in);
            OnnxTensor out = batch.inputs.hidden(batch.out[caller])) {
          fed.put(BlockGraph.HIDDEN, in);
          session.run(fed, measured, Map.of(BlockGraph.NEXT, out), options).close();
        }
      }

      @Override
      public void close() throws OrtException {
        options.close();
        batch.inputs.close();
        session.close();
      }
    };
  }

  private byte[] graph(RunnerSettings settings) {
    return new BlockGraphs(
            model.config(),
            model.architecture(),
            settings.statistics(),
            settings.precision().linears())
        .of(0);
  }

  /** What a run is fed with, and a place for the result of either caller. */
  private final class Batch {
    private final BatchInputs inputs;
    private final FloatBuffer in;
    private final FloatBuffer[] out;

    Batch(int tokens) {
      RopeTable rope = new RopeTable(model.config(), LENGTH);
      this.inputs =
          new BatchInputs(tokens / LENGTH, LENGTH, size.hidden, rope, new long[SAMPLED_ROWS]);
      this.in = activations(tokens * size.hidden);
      this.out =
          new FloatBuffer[] {
            FloatPool.allocate(tokens * size.hidden), FloatPool.allocate(tokens * size.hidden)
          };
    }
  }

  /** The linears alone, as products of matrices: what the machine gives at best. One caller. */
  Run products(int tokens) throws IOException, OrtException {
    OnnxGraph graph = new OnnxGraph("products");
    Map<String, OnnxTensor> in = new HashMap<>();
    Map<String, OnnxTensor> out = new HashMap<>();
    for (Role role : Role.values()) {
      int channels = role.channels(model.config());
      String x = graph.input(role.key(), "tokens", channels);
      in.put(x, tensor(activations(tokens * channels), tokens, channels));
      for (LinearSpec linear : model.architecture().linears(role)) {
        long rows = linear.rows(model.config());
        String w = graph.weight(linear.weight(), List.of(rows, (long) channels));
        graph.output(linear.path(), "Gemm", List.of(x, w), attribute("transB", 1));
        out.put(linear.path(), tensor(FloatPool.allocate((int) (tokens * rows)), tokens, rows));
      }
    }
    WeightLayout layout = new WeightLayout(graph.bytes());
    BlockCache products = BlockCache.of(cache.folder(), "0".repeat(32));
    String file = products.file(model, 0, Precision.FP32, layout);
    OrtSession session =
        OnnxEnvironment.session(layout.graph(file), products.folder(), true, 1, Scratch.KEPT);
    return new Run() {
      @Override
      public void once(int caller) throws OrtException {
        session.run(in, out).close();
      }

      @Override
      public void close() throws OrtException {
        in.values().forEach(OnnxTensor::close);
        out.values().forEach(OnnxTensor::close);
        session.close();
      }
    };
  }

  private static OnnxTensor tensor(FloatBuffer values, long rows, long columns)
      throws OrtException {
    return OnnxTensor.createTensor(OnnxEnvironment.get(), values, new long[] {rows, columns});
  }

  private static FloatBuffer activations(int count) {
    Random random = new Random(count);
    FloatBuffer values = FloatPool.allocate(count);
    for (int i = 0; i < count; i++) {
      values.put(i, i < 1 << 16 ? (float) random.nextGaussian() : values.get(i & 0xffff));
    }
    return values;
  }

  @Override
  public void close() throws IOException {
    cache.close();
  }

  @Override
  public String toString() {
    return "%s: hidden %d, MLP %d, heads %d / %d"
        .formatted(
            size.key.toUpperCase(Locale.ROOT),
            size.hidden,
            size.intermediate,
            size.heads,
            size.kvHeads);
  }
}
