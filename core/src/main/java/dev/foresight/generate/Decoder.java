package dev.foresight.generate;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.ModelConfig;
import dev.foresight.onnx.OnnxEnvironment;
import dev.foresight.onnx.OnnxException;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.onnx.graph.CachedScores;
import dev.foresight.onnx.graph.SlicedHead;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sequences that a {@link CachedModel} runs token by token, in places 0 to n - 1 of a cache. For
 * one thread.
 */
final class Decoder implements AutoCloseable {
  private final CachedModel model;
  private final ModelConfig config;
  private final List<KeyValues> caches = new ArrayList<>();
  private final Angles angles;
  private FloatBuffer in = FloatBuffer.allocate(0);
  private FloatBuffer out = FloatBuffer.allocate(0);

  /**
   * @param places sequences at most
   * @param room tokens of a sequence at most
   * @throws InputException if the cache needs more memory than there is
   */
  Decoder(CachedModel model, int places, int room) {
    this.model = model;
    this.config = model.model().config();
    requireMemory(places, room);
    for (int block = 0; block < config.blocks(); block++) {
      caches.add(new KeyValues(config, places, room));
    }
    this.angles = new Angles(config, room);
  }

  /** The JVM bounds memory outside its heap like the heap, unless it is told otherwise. */
  private void requireMemory(int places, int room) {
    long bytes = KeyValues.bytes(config, places, room);
    long most = Runtime.getRuntime().maxMemory();
    if (bytes > most) {
      throw new InputException(
          Words.format(
              "Keys and values of %d sequences of up to %d tokens take %,d MB, and this JVM may use %,d MB: lower --batch or --max-tokens, or give it more memory (FORESIGHT_JAVA_OPTS=-Xmx…, spark.executor.memory).",
              places, room, bytes >> 20, most >> 20));
    }
  }

  /**
   * Runs a prompt into a place, over what was there.
   *
   * @return logits behind its last token, [vocabulary]
   * @throws dev.foresight.InputException if an id is outside the vocabulary
   */
  float[] prompt(int place, int... tokens) {
    float[] hidden = model.embedding().lookUp(new int[][] {tokens});
    long[] positions = new long[tokens.length];
    Arrays.setAll(positions, i -> angles.row(i, tokens.length));
    run(hidden, place, 1, positions, new long[] {tokens.length - 1});
    return logits(Arrays.copyOfRange(hidden, hidden.length - config.hidden(), hidden.length))[0];
  }

  /**
   * Runs one token of each of the first places.
   *
   * @param tokens [n]
   * @param positions of each in its sequence, [n]
   * @return logits behind each, [n][vocabulary]
   */
  float[][] step(int[] tokens, int[] positions) {
    int[][] each = Arrays.stream(tokens).mapToObj(token -> new int[] {token}).toArray(int[][]::new);
    float[] hidden = model.embedding().lookUp(each);
    long[] rows = Arrays.stream(positions).mapToLong(p -> angles.row(p, p + 1)).toArray();
    long[] last = Arrays.stream(positions).asLongStream().toArray();
    run(hidden, 0, tokens.length, rows, last);
    return logits(hidden);
  }

  /** Copies the first tokens of a sequence to another place. */
  void copy(int from, int to, int tokens) {
    caches.forEach(cache -> cache.copy(from, to, tokens));
  }

  /** Whether a sequence of so many tokens must run anew to get one more: its angles change. */
  boolean changesBehind(int tokens) {
    return angles.changesBehind(tokens);
  }

  /**
   * Leads new tokens through all blocks.
   *
   * @param hidden [sequences, length, hidden], overwritten
   * @param rows of the angles, [sequences x length]
   * @param last position of the last token of each sequence
   */
  private void run(float[] hidden, int first, int sequences, long[] rows, long[] last) {
    int length = rows.length / sequences;
    reserve(hidden.length);
    in.clear().put(hidden).flip();
    long[] shape = {sequences, length, config.hidden()};
    long total = Arrays.stream(last).max().orElseThrow() + 1;
    try (OnnxTensor places = tensor(rows, sequences, length);
        OnnxTensor lasts = tensor(last, sequences);
        OnnxTensor longest = OnnxTensor.createTensor(OnnxEnvironment.get(), total)) {
      Map<String, OnnxTensor> shared = new HashMap<>(angles.tables());
      shared.put(BlockGraph.POSITIONS, places);
      shared.put(CachedScores.LAST, lasts);
      shared.put(CachedScores.TOTAL, longest);
      for (int block = 0; block < config.blocks(); block++) {
        OrtSession session = model.block(block);
        try (OnnxTensor keys = caches.get(block).keys(first, sequences);
            OnnxTensor values = caches.get(block).values(first, sequences);
            OnnxTensor from = tensor(in.limit(hidden.length), shape);
            OnnxTensor to = tensor(out.clear().limit(hidden.length), shape)) {
          Map<String, OnnxTensor> fed = new HashMap<>(shared);
          fed.keySet().retainAll(session.getInputNames());
          fed.put(BlockGraph.HIDDEN, from);
          fed.put(CachedScores.KEYS, keys);
          fed.put(CachedScores.VALUES, values);
          Map<String, OnnxTensor> given = new HashMap<>();
          given.put(BlockGraph.NEXT, to);
          given.put(CachedScores.NEXT_KEYS, keys); // in place
          given.put(CachedScores.NEXT_VALUES, values);
          session.run(fed, Set.of(), given).close();
        }
        FloatBuffer swapped = in;
        in = out;
        out = swapped;
      }
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run a block", e);
    }
    in.get(0, hidden);
  }

  private void reserve(int elements) {
    if (in.capacity() < elements) {
      in = buffer(elements);
      out = buffer(elements);
    }
  }

  private static FloatBuffer buffer(int elements) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(elements, Float.BYTES))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  /** Logits behind hidden states, [P, hidden] to [P][vocabulary]. */
  private float[][] logits(float[] hidden) {
    int positions = hidden.length / config.hidden();
    float[][] logits = new float[positions][config.vocabulary()];
    try (OnnxTensor states = tensor(FloatBuffer.wrap(hidden), positions, config.hidden());
        OrtSession.Result result = model.head().run(Map.of(SlicedHead.HIDDEN, states))) {
      int from = 0;
      for (int slice = 0; slice < SlicedHead.slices(config); slice++) {
        OnnxTensor part = (OnnxTensor) result.get(SlicedHead.logits(slice)).orElseThrow();
        int tokens = (int) part.getInfo().getShape()[1];
        FloatBuffer values = part.getFloatBuffer();
        for (int p = 0; p < positions; p++) {
          values.get(p * tokens, logits[p], from, tokens);
          requireFinite(logits[p], from, tokens);
        }
        from += tokens;
      }
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to run an output head", e);
    }
    return logits;
  }

  private void requireFinite(float[] logits, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (!Float.isFinite(logits[i])) {
        throw new InputException(
            Words.format(
                "%s gives token %d the logit %s: look for huge values in its weights with 'foresight run'.",
                model.model().location(), i, logits[i]));
      }
    }
  }

  private static OnnxTensor tensor(FloatBuffer values, long... shape) throws OrtException {
    return OnnxTensor.createTensor(OnnxEnvironment.get(), values, shape);
  }

  private static OnnxTensor tensor(long[] values, long... shape) throws OrtException {
    return OnnxTensor.createTensor(OnnxEnvironment.get(), LongBuffer.wrap(values), shape);
  }

  @Override
  public void close() {
    angles.close();
  }
}
