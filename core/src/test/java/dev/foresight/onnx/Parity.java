package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.graph.LinearNodes;
import dev.foresight.onnx.graph.Statistics;
import dev.foresight.sketch.RoleSketch;
import dev.foresight.tensor.Checkpoint;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * How far a model is from what transformers computed with it, each the worst of all blocks, as
 * relative RMS.
 *
 * @param block output of one block on transformers' input
 * @param blockSums statistics of one block on transformers' input, all roles, over channels
 * @param chain hidden states behind the last block
 * @param chainSums statistics along the chain
 * @param logits of the first sequence
 */
record Parity(double block, double blockSums, double chain, double chainSums, double logits) {
  static Parity of(Model model, Checkpoint golden) throws IOException {
    int blocks = model.config().blocks();
    double block = 0;
    double blockSums = 0;
    for (int b = 0; b < blocks; b++) {
      OneBlock one = OneBlock.run(model, golden, b);
      block = Math.max(block, one.error());
      blockSums = Math.max(blockSums, worstSum(one.measured(), golden, b));
    }
    int[][] ids = Llama.ids(golden);
    Observed observed = new Observed();
    try (BlockRunner runner =
        new BlockRunner(model, RunnerSettings.resident().measuring(Statistics.all()))) {
      float[] hidden = runner.run(ids, RowSelection.none(), observed);
      double chainSums = 0;
      for (Observed.Call call : observed.calls) {
        chainSums = Math.max(chainSums, worstSum(call, golden, call.block()));
      }
      return new Parity(
          block,
          blockSums,
          Llama.relativeRms(hidden, golden.floats("hidden." + blocks)),
          chainSums,
          logits(model, golden, hidden));
    }
  }

  /** Error of the logits of the first sequence. */
  static double logits(Model model, Checkpoint golden, float[] hidden) throws IOException {
    float[] wanted = golden.floats("logits");
    int positions = wanted.length / model.config().vocabulary();
    float[] first = Arrays.copyOf(hidden, positions * model.config().hidden());
    return Llama.relativeRms(LikelyToken.logits(model, first), wanted);
  }

  private static double worstSum(Observed.Call measured, Checkpoint golden, int block)
      throws IOException {
    double worst = 0;
    for (Role role : Role.values()) {
      String key = "block%d.%s".formatted(block, role.key());
      RoleSketch found = measured.sums(role);
      worst = Math.max(worst, SumErrors.worst(found.rest(), golden.floats(key + ".later")));
      worst = Math.max(worst, SumErrors.worst(found.first(), golden.floats(key + ".first")));
    }
    return worst;
  }

  /**
   * One block on transformers' input.
   *
   * @param error of its output
   * @param measured of its roles
   */
  record OneBlock(double error, Observed.Call measured) {
    static OneBlock run(Model model, Checkpoint golden, int block) throws IOException {
      int[][] ids = Llama.ids(golden);
      int channels = model.config().hidden();
      float[] input = golden.floats("hidden." + block);
      FloatBuffer in = FloatPool.allocate(input.length).put(input).flip();
      FloatBuffer out = FloatPool.allocate(input.length);
      RunnerSettings settings = RunnerSettings.resident().measuring(Statistics.all());
      BlockGraphs graphs =
          new BlockGraphs(
              model.config(), model.architecture(), settings.statistics(), LinearNodes.FLOAT);
      RopeTable rope = new RopeTable(model.config(), ids[0].length);
      try (BlockCache cache = BlockCache.temporary();
          BlockSession session =
              BlockSession.open(model, block, graphs.of(block), settings, cache);
          BatchInputs inputs =
              new BatchInputs(ids.length, ids[0].length, channels, rope, new long[0])) {
        Observed.Call measured = new Observed.Call(block, session.run(inputs, in, out), 0);
        float[] found = new float[input.length];
        out.get(found);
        float[] wanted = golden.floats("hidden." + (block + 1));
        return new OneBlock(Llama.relativeRms(found, wanted), measured);
      }
    }
  }
}
