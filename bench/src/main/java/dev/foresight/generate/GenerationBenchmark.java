package dev.foresight.generate;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Tokens a second of a model, a line for each precision and number of sequences: prompts of 512
 * tokens, one after the other, then one token of each sequence at a time. Started by {@code
 * bench/generate/run}, which prints the same lines of transformers.
 */
final class GenerationBenchmark {
  private static final int PROMPT = 512;
  private static final int STEPS = 48;
  private static final int WARM = 4;

  private GenerationBenchmark() {}

  /** Arguments: model folder, threads, repetitions, then numbers of sequences. */
  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[1]);
    int repetitions = Integer.parseInt(args[2]);
    try (Model model = ExportedCheckpoints.model(new LocalModelFolder(Path.of(args[0])))) {
      for (Precision precision : Precision.values()) {
        try (BlockCache cache = BlockCache.temporary();
            CachedModel cached = new CachedModel(model, precision, threads, cache)) {
          for (String sequences : Arrays.copyOfRange(args, 3, args.length)) {
            line(cached, precision, Integer.parseInt(sequences), repetitions);
          }
        }
      }
    }
  }

  private static void line(CachedModel model, Precision precision, int sequences, int repetitions) {
    double prefill = Double.POSITIVE_INFINITY;
    double decode = Double.POSITIVE_INFINITY;
    for (int repetition = 0; repetition < repetitions; repetition++) {
      try (Decoder decoder = new Decoder(model, sequences, PROMPT + STEPS + WARM)) {
        prefill = Math.min(prefill, prompts(decoder, model, sequences));
        decode = Math.min(decode, steps(decoder, sequences));
      }
    }
    System.out.printf(
        "| Foresight, %s | %d | %.0f | %.1f |%n",
        precision == Precision.FP32 ? "fp32" : "8-bit linears and head",
        sequences,
        sequences * PROMPT / prefill,
        sequences * STEPS / decode);
  }

  private static double prompts(Decoder decoder, CachedModel model, int sequences) {
    int vocabulary = model.model().config().vocabulary();
    int[] tokens = new int[PROMPT];
    Arrays.setAll(tokens, i -> (7 * i + 3) % vocabulary);
    long begin = System.nanoTime();
    for (int place = 0; place < sequences; place++) {
      decoder.prompt(place, tokens);
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  private static double steps(Decoder decoder, int sequences) {
    int[] tokens = new int[sequences];
    int[] positions = new int[sequences];
    long begin = 0;
    for (int step = 0; step < WARM + STEPS; step++) {
      begin = step == WARM ? System.nanoTime() : begin;
      Arrays.fill(tokens, 5 + step);
      Arrays.fill(positions, PROMPT + step);
      decoder.step(tokens, positions);
    }
    return (System.nanoTime() - begin) / 1e9;
  }
}
