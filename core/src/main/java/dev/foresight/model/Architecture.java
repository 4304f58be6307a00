package dev.foresight.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A decoder family as a table: the names of its tensors, what each is for, and what a scale folds
 * into. A new family is a row of {@link Architectures}, not an {@code if}.
 *
 * @param modelType what config.json calls it
 * @param decoder what the names of the decoder's tensors begin with, for example {@code model.}
 * @param head tensor of the output head, [vocabulary, hidden], where it is not the embedding
 * @param linears all linears of a block, in the order in which they are computed
 * @param norms all norms of a block
 */
public record Architecture(
    String modelType, String decoder, String head, List<LinearSpec> linears, BlockNorms norms) {
  public Architecture {
    linears = List.copyOf(linears);
    for (Part part : Part.values()) {
      if (linears.stream().filter(linear -> linear.parts().contains(part)).count() != 1) {
        throw new IllegalArgumentException(modelType + " needs one linear for " + part);
      }
    }
  }

  /** The same family where a checkpoint names the decoder and the head otherwise. */
  Architecture at(String otherDecoder, String otherHead) {
    return new Architecture(modelType, otherDecoder, otherHead, linears, norms);
  }

  /** Full name of a tensor of a block, for example {@code model.layers.7.mlp.up_proj.weight}. */
  public String tensorName(int block, String path) {
    return blockPrefix() + block + "." + path;
  }

  /** What the names of the tensors of all blocks begin with, up to the number. */
  String blockPrefix() {
    return decoder + "layers.";
  }

  /** Tensor of the token embedding, [vocabulary, hidden]. */
  public String embedding() {
    return decoder + "embed_tokens.weight";
  }

  /** The norm behind the last block. */
  public NormSpec finalNorm() {
    return new NormSpec(decoder + "norm", norms.attention().offset());
  }

  /** The linear for a purpose. */
  public LinearSpec linear(Part part) {
    return linears.stream()
        .filter(linear -> linear.parts().contains(part))
        .findFirst()
        .orElseThrow();
  }

  /** The linears that read an input, in order. */
  public List<LinearSpec> linears(Role role) {
    return linears.stream().filter(linear -> linear.role() == role).toList();
  }

  /** What the scale of a role folds into. */
  public Fold fold(Role role) {
    return switch (role) {
      case ATTENTION_INPUT -> new Fold.IntoNorm(norms.attention());
      case ATTENTION_OUTPUT -> new Fold.IntoRows(linear(Part.VALUE), Part.VALUE, true);
      case MLP_INPUT -> new Fold.IntoNorm(norms.mlp());
      case MLP_OUTPUT -> new Fold.IntoRows(linear(Part.UP), Part.UP, false);
    };
  }

  /** How many query heads read the same kv head: 1 without grouping. */
  public int queryHeadsPerKvHead(ModelConfig config) {
    return config.heads() / config.kvHeads();
  }

  /** Name of the tensor that serves as output head. */
  public String headTensor(ModelConfig config) {
    return config.tiedHead() ? embedding() : head;
  }

  /** Tensors of one block and their shapes, by name inside the block. */
  public Map<String, List<Long>> blockTensors(ModelConfig config) {
    Map<String, List<Long>> shapes = new TreeMap<>();
    for (NormSpec norm : norms.all()) {
      shapes.put(norm.weight(), List.of((long) norm.size(config)));
    }
    for (LinearSpec linear : linears) {
      long rows = linear.rows(config);
      shapes.put(linear.weight(), List.of(rows, (long) linear.columns(config)));
      if (linear.biased(config)) {
        shapes.put(linear.bias(), List.of(rows));
      }
    }
    return shapes;
  }

  /** Tensors outside the blocks and their shapes, by full name. */
  public Map<String, List<Long>> outerTensors(ModelConfig config) {
    List<Long> table = List.of((long) config.vocabulary(), (long) config.hidden());
    Map<String, List<Long>> shapes = new TreeMap<>();
    shapes.put(embedding(), table);
    shapes.put(headTensor(config), table);
    shapes.put(finalNorm().weight(), List.of((long) config.hidden()));
    return shapes;
  }
}
