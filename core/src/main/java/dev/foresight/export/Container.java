package dev.foresight.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.NamedTensor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * How quantized weights lie in a file. The container fixes the grid, so that rounding happens once
 * and the file, dequantized, gives the weights that the search saw.
 */
public interface Container {
  /** The name in settings, for example {@code compressed-tensors}. */
  String name();

  /** Whether weights of this width and symmetry can be stored. */
  boolean holds(int bits, boolean symmetric);

  /** Symmetry where the user names none: what most readers of this container run fast. */
  boolean symmetricByDefault();

  /**
   * Type of the steps, for weights of the given type.
   *
   * @param stored type of the linear in the original model: F16, BF16 or F32
   */
  DType stepType(DType stored);

  /** Type that all tensors left in float are turned to; none if they keep their own. */
  Optional<DType> floatType();

  /**
   * Refuses a linear that this container can't hold, before anything is computed.
   *
   * @param linear what messages call it
   * @param rows output features
   * @param columns input channels
   * @throws InputException if codes can't be packed at this shape; the message says what can
   */
  default void check(String linear, int rows, int columns) {}

  /**
   * Refuses what config.json can't tell readers to leave alone, before anything is computed.
   *
   * @param keptInFloat entries of {@link KeptInFloat}
   * @param quantized names of all linears that are quantized
   * @throws InputException if an entry would cover one of them; the message says what to use
   */
  default void checkKept(List<String> keptInFloat, Collection<String> quantized) {}

  /** What a user should know of readers before choosing this grid; empty if there is nothing. */
  List<String> warnings(Grid grid);

  /** The same where some linears have other grids. */
  default List<String> warnings(Grid grid, Collection<Grid> others) {
    return warnings(grid);
  }

  /**
   * The tensors of one linear, without its bias.
   *
   * @param linear its name without {@code .weight}, for example {@code
   *     model.layers.0.self_attn.q_proj}
   */
  List<NamedTensor> tensors(String linear, QuantizedLinear weight);

  /** The weights that a reader of the file gets, in fp32, [rows, columns]. */
  default float[] read(QuantizedLinear weight) {
    return weight.dequantized().values();
  }

  /**
   * What config.json says of the weights, or nothing if they are plain floats.
   *
   * @param grid that of all quantized linears
   * @param keptInFloat entries of {@link KeptInFloat}
   */
  Optional<ObjectNode> quantizationConfig(Grid grid, List<String> keptInFloat);

  /** Whether config.json can give linears different widths and groups. */
  default boolean holdsSeveralGrids() {
    return false;
  }

  /**
   * The same where some linears have grids of their own.
   *
   * @param others their grids, by name
   */
  default Optional<ObjectNode> quantizationConfig(
      Grid grid, SortedMap<String, Grid> others, List<String> keptInFloat) {
    if (!others.isEmpty() && !holdsSeveralGrids()) {
      throw new IllegalArgumentException(name() + " has no place for " + others);
    }
    return quantizationConfig(grid, keptInFloat);
  }

  /**
   * Texts of more files that readers look for, by name; empty if config.json is enough.
   *
   * @param grid that of all quantized linears
   * @param keptInFloat as above
   */
  default Map<String, String> sideFiles(Grid grid, List<String> keptInFloat) {
    return Map.of();
  }

  /**
   * The grid to round to.
   *
   * @param group neighbouring input channels that share a step; 0 for whole rows
   * @param stored type of the linear in the original model
   * @throws InputException if no file of this container can hold it; the message says which can
   */
  default Grid grid(int bits, int group, boolean symmetric, DType stored) {
    if (!holds(bits, symmetric)) {
      throw new InputException(
          Words.format(
              "--container %s can't hold %d bits, %s; %s.",
              name(),
              bits,
              symmetric ? "symmetric" : "asymmetric",
              Containers.whichHold(bits, symmetric)));
    }
    return new Grid(bits, group, symmetric, stepType(stored));
  }
}
