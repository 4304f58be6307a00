package dev.foresight.jobs.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.export.KeptInFloat;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.GridOverrides;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.SymmetricStep;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What each linear of a model is rounded to, after the container has been asked about all. */
final class GridPlan {
  private final Model model;
  private final Container container;
  private final boolean symmetric;
  private final SymmetricStep symmetricStep;

  GridPlan(Model model, Container container, boolean symmetric, SymmetricStep symmetricStep) {
    this.model = model;
    this.container = container;
    this.symmetric = symmetric;
    this.symmetricStep = symmetricStep;
  }

  /**
   * @throws InputException if the container can't hold what is asked for, or an override does not
   *     fit the model
   */
  ModelGrids of(int bits, int group, GridOverrides overrides) {
    ModelGrids grids = overrides.resolve(bits, group, this::grid, linearsOfRoles());
    check(grids);
    return grids;
  }

  private Grid grid(int bits, int group) {
    String first =
        model.architecture().tensorName(0, model.architecture().linears().get(0).weight());
    DType stored = model.checkpoint().info(first).dtype();
    return container.grid(bits, group, symmetric, stored).withSymmetricStep(symmetricStep);
  }

  /** Names of the linears that share an input, for each block and role. */
  private List<List<String>> linearsOfRoles() {
    List<List<String>> sets = new ArrayList<>();
    for (int block = 0; block < model.config().blocks(); block++) {
      for (Role role : Role.values()) {
        int number = block;
        sets.add(
            model.architecture().linears(role).stream()
                .map(linear -> model.architecture().tensorName(number, linear.path()))
                .toList());
      }
    }
    return sets;
  }

  private void check(ModelGrids grids) {
    if (!grids.others().isEmpty() && !container.holdsSeveralGrids()) {
      throw new InputException(
          Words.format(
              "--container %s has one width and group for all linears: drop --override, override to float only, or use --container %s.",
              container.name(),
              Containers.all().stream()
                  .filter(Container::holdsSeveralGrids)
                  .map(Container::name)
                  .collect(Collectors.joining(" or "))));
    }
    List<String> quantized = new ArrayList<>();
    for (int block = 0; block < model.config().blocks(); block++) {
      for (LinearSpec linear : model.architecture().linears()) {
        String name = model.architecture().tensorName(block, linear.path());
        if (!grids.inFloat(name)) {
          int columns = linear.columns(model.config());
          grids.of(name).groupOf(name, columns);
          container.check(name, linear.rows(model.config()), columns);
          quantized.add(name);
        }
      }
    }
    container.checkKept(KeptInFloat.of(model, grids.floats()), quantized);
  }
}
