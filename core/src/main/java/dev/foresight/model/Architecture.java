package dev.foresight.model;

import java.util.List;
import java.util.Map;

/**
 * A decoder family as a table: the names of its tensors, what each is for, and what a scale folds
 * into. A new family is a row of {@link Architectures}, not an {@code if}.
 *
 * @param modelType what config.json calls it
 * @param blockPrefix where the tensors of a block lie, with {@code %d} for its number
 * @param linears all linears of a block, in the order in which they are computed
 * @param attentionNorm norm in front of attention
 * @param mlpNorm norm in front of the MLP
 * @param folds what the scale of each role folds into
 * @param embedding tensor of the token embedding, [vocabulary, hidden]
 * @param finalNorm norm behind the last block
 * @param head tensor of the output head, [vocabulary, hidden], where it is not the embedding
 */
public record Architecture(
    String modelType,
    String blockPrefix,
    List<LinearSpec> linears,
    NormSpec attentionNorm,
    NormSpec mlpNorm,
    Map<Role, Fold> folds,
    String embedding,
    NormSpec finalNorm,
    String head) {
  public Architecture {
    linears = List.copyOf(linears);
    folds = Map.copyOf(folds);
    for (Role role : Role.values()) {
      if (!folds.containsKey(role)) {
        throw new IllegalArgumentException(modelType + " lacks a fold for " + role.key());
      }
    }
  }

  /** Full name of a tensor of a block, for example {@code model.layers.7.mlp.up_proj.weight}. */
  public String tensorName(int block, String path) {
    return blockPrefix.formatted(block) + path;
  }

  /** The linear for a purpose. */
  public LinearSpec linear(Part part) {
    return linears.stream()
        .filter(linear -> linear.part() == part)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(modelType + " has no linear for " + part));
  }

  /** The linears that read an input, in order. */
  public List<LinearSpec> linears(Role role) {
    return linears.stream().filter(linear -> linear.role() == role).toList();
  }

  /** What the scale of a role folds into. */
  public Fold fold(Role role) {
    return folds.get(role);
  }

  /** How many query heads read the same kv head: 1 without grouping. */
  public int queryHeadsPerKvHead(ModelConfig config) {
    return config.heads() / config.kvHeads();
  }

  /** Name of the tensor that serves as output head. */
  public String headTensor(ModelConfig config) {
    return config.tiedHead() ? embedding : head;
  }

  /** Tensors of one block and their shapes, by name inside the block. */
  public Map<String, List<Long>> blockTensors(ModelConfig config) {
    Map<String, List<Long>> shapes = new java.util.TreeMap<>();
    for (NormSpec norm : List.of(attentionNorm, mlpNorm)) {
      shapes.put(norm.weight(), List.of((long) config.hidden()));
    }
    for (LinearSpec linear : linears) {
      shapes.put(
          linear.weight(), List.of((long) linear.rows(config), (long) linear.columns(config)));
    }
    return shapes;
  }

  /** Tensors outside the blocks and their shapes, by full name. */
  public Map<String, List<Long>> outerTensors(ModelConfig config) {
    List<Long> table = List.of((long) config.vocabulary(), (long) config.hidden());
    Map<String, List<Long>> shapes = new java.util.TreeMap<>();
    shapes.put(embedding, table);
    shapes.put(headTensor(config), table);
    shapes.put(finalNorm.weight(), List.of((long) config.hidden()));
    return shapes;
  }
}
