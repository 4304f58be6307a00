package dev.foresight.generate;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.model.BlockAttention;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.Embedding;
import dev.foresight.onnx.OnnxEnvironment;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.OnnxException;
import dev.foresight.onnx.WeightLayout;
import dev.foresight.onnx.graph.BlockGraph;
import dev.foresight.onnx.graph.Precision;
import dev.foresight.onnx.graph.SlicedHead;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model whose blocks see tokens before those that run, one session for each block and one for the
 * output head. Weights are laid out as the kernels want them: one token at a time reads all of them
 * for a few products each, and laying them out in each step would take most of the time. Safe for
 * several threads, each with a {@link Decoder} of its own.
 */
public final class CachedModel implements AutoCloseable {
  private final Model model;
  private final Embedding embedding;
  private final List<OrtSession> sessions = new ArrayList<>();

  /**
   * Opens all blocks; the model must stay open as long as this.
   *
   * @param precision arithmetic of the linears and of the output head
   * @param threads threads inside one operator
   * @param cache of this very model
   * @throws dev.foresight.InputException if a weight is NaN or infinite
   */
  public CachedModel(Model model, Precision precision, int threads, BlockCache cache)
      throws IOException {
    this.model = model;
    this.embedding = Embedding.of(model);
    try {
      Map<BlockAttention, WeightLayout> layouts = new HashMap<>();
      for (int block = 0; block < model.config().blocks(); block++) {
        WeightLayout layout =
            layouts.computeIfAbsent(
                model.config().attention().get(block), kind -> layout(kind, precision));
        String file = cache.file(model, block, precision, layout);
        sessions.add(session(layout, file, cache, threads));
      }
      WeightLayout head = new WeightLayout(SlicedHead.build(model, precision.linears()));
      sessions.add(session(head, cache.headFile(model, precision, head), cache, threads));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private WeightLayout layout(BlockAttention kind, Precision precision) {
    return new WeightLayout(
        BlockGraph.cached(model.config(), model.architecture(), kind, precision.linears()));
  }

  private static OrtSession session(
      WeightLayout layout, String file, BlockCache cache, int threads) {
    return OnnxEnvironment.session(
        layout.graph(file), cache.folder(), true, threads, Scratch.FREED);
  }

  /** The model. */
  public Model model() {
    return model;
  }

  Embedding embedding() {
    return embedding;
  }

  OrtSession block(int block) {
    return sessions.get(block);
  }

  OrtSession head() {
    return sessions.get(sessions.size() - 1);
  }

  @Override
  public void close() {
    for (OrtSession session : sessions) {
      try {
        session.close();
      } catch (OrtException e) {
        throw new OnnxException("ONNX Runtime fails to close a session", e);
      }
    }
  }
}
