package dev.foresight.export.imatrix;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.model.Part;
import dev.foresight.model.Role;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What llama.cpp's quantizer weighs errors by: E[x²] of every input channel of every weight.
 *
 * @param meanSquare E[x²] of the inputs of each weight, by the weight's name in GGUF
 * @param tokens how many were averaged over
 * @param sequenceLength tokens of a sequence, which llama.cpp calls a chunk
 * @param datasets names of the texts, at least one
 * @see <a href="https://github.com/ggml-org/llama.cpp/tree/master/tools/imatrix">llama.cpp</a>
 */
public record ImportanceMatrix(
    SortedMap<String, double[]> meanSquare,
    long tokens,
    int sequenceLength,
    List<String> datasets) {
  /** What llama.cpp calls the linears of a dense block. */
  private static final Map<List<Part>, String> NAMES =
      Map.of(
          List.of(Part.QUERY), "attn_q",
          List.of(Part.KEY), "attn_k",
          List.of(Part.VALUE), "attn_v",
          List.of(Part.QUERY, Part.KEY, Part.VALUE), "attn_qkv",
          List.of(Part.ATTENTION_OUT), "attn_output",
          List.of(Part.GATE), "ffn_gate",
          List.of(Part.UP), "ffn_up",
          List.of(Part.GATE, Part.UP), "ffn_up", // as Phi-3's fused matrix is called
          List.of(Part.DOWN), "ffn_down");

  public ImportanceMatrix {
    meanSquare = Collections.unmodifiableSortedMap(new TreeMap<>(meanSquare));
    datasets = List.copyOf(datasets);
    if (meanSquare.isEmpty() || datasets.isEmpty() || tokens < 1 || sequenceLength < 1) {
      throw new IllegalArgumentException(
          Words.format(
              "%d weights, %d tokens in sequences of %d, texts %s",
              meanSquare.size(), tokens, sequenceLength, datasets));
    }
  }

  /**
   * The matrix of a whole model: linears that share an input have the same numbers.
   *
   * @param blocks E[x²] of each role of each block
   * @throws InputException if llama.cpp has no name for one of the model's linears
   */
  public static ImportanceMatrix of(
      Model model,
      List<Map<Role, double[]>> blocks,
      long tokens,
      int sequenceLength,
      List<String> datasets) {
    SortedMap<String, double[]> meanSquare = new TreeMap<>();
    for (int block = 0; block < blocks.size(); block++) {
      for (LinearSpec linear : model.architecture().linears()) {
        if (!NAMES.containsKey(linear.parts())) {
          throw new InputException(
              Words.format(
                  "%s has linears %s, which have no name of their own in GGUF: an importance matrix can't be written for %s.",
                  model.location(), linear.path(), model.config().modelType()));
        }
        meanSquare.put(
            Words.format("blk.%d.%s.weight", block, NAMES.get(linear.parts())),
            blocks.get(block).get(linear.role()));
      }
    }
    return new ImportanceMatrix(meanSquare, tokens, sequenceLength, datasets);
  }

  /** Sequences, the last one perhaps shorter. */
  long sequences() {
    return (tokens + sequenceLength - 1) / sequenceLength;
  }
}
