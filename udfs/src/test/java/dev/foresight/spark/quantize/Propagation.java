package dev.foresight.spark.quantize;

import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.quantize.plan.RoundingSettings;
import dev.foresight.quantize.plan.SearchSettings;
import dev.foresight.quantize.plan.Steps;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.CalibratedLlama;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.LocalModelFolder;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A propagated run on {@link CalibratedLlama}, task by task as the driver would start them. */
final class Propagation {
  static final Grid GRID = new Grid(4, 16, true, DType.F32);

  private final String output;
  private final SketchSelection selection;
  private final Task task;
  private final List<PrefixPart> parts;

  Propagation(String output) throws IOException {
    this(output, plan(RoundingSettings.compensated().propagating(true)));
  }

  Propagation(String output, QuantizationPlan plan) throws IOException {
    this.output = output;
    this.selection = CalibratedLlama.selection(FirstPosition.INCLUDE, 20);
    this.task = new Task(CalibratedLlama.MODEL.toString(), output, plan, selection);
    this.parts =
        PrefixPart.of(
            ChosenRows.tokens(selection, CalibratedLlama.CONF),
            CalibratedLlama.manifest().texts(),
            CalibratedLlama.LENGTH,
            CalibratedLlama.store());
  }

  static QuantizationPlan plan(RoundingSettings rounding) {
    return new QuantizationPlan(
        Method.FORESIGHT,
        "dequantized",
        ModelGrids.of(GRID),
        SearchSettings.foresight().withSteps(Steps.RANGE).withRounding(rounding),
        FutureWindow.none(),
        DataChoice.all(FirstPosition.INCLUDE),
        20);
  }

  Task task() {
    return task;
  }

  SketchSelection selection() {
    return selection;
  }

  PrefixFiles files() {
    return new PrefixFiles(output, CalibratedLlama.CONF);
  }

  /** The text: a part a shard. */
  List<PrefixPart> parts() {
    return parts;
  }

  /** Scores as the driver has them of calibration, all tokens alike. */
  List<Scores> scores() throws IOException {
    List<Scores> scores = new ArrayList<>();
    BlockMoments moments = new BlockMoments(selection, CalibratedLlama.conf());
    for (int block = 0; block < CalibratedLlama.BLOCKS; block++) {
      BlockMoments.Moments of = moments.call(block);
      scores.add(new Scores(of.meanAbs(), of.meanSquare(), null));
    }
    return scores;
  }

  /** Leads every part up to a role. */
  void lead(int block, Role role) throws IOException {
    for (PrefixPart part : parts()) {
      lead(block, role, part);
    }
  }

  void lead(int block, Role role, PrefixPart part) throws IOException {
    new PrefixRows(task, "run", block, role, CalibratedLlama.LENGTH, CalibratedLlama.conf())
        .call(part);
  }

  /** What becomes of a weight. */
  @FunctionalInterface
  interface Change {
    float apply(float weight);
  }

  /** Leaves a role's weights as if they were what its quantization gave, changed if need be. */
  void leave(int block, Role role, Change change) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    try (Model model = Model.open(new LocalModelFolder(CalibratedLlama.MODEL))) {
      for (var linear : model.architecture().linears(role)) {
        String name = model.architecture().tensorName(block, linear.weight());
        float[] values = model.checkpoint().floats(name);
        for (int i = 0; i < values.length; i++) {
          values[i] = change.apply(values[i]);
        }
        List<Long> shape = model.checkpoint().info(name).shape();
        tensors.add(
            NamedTensor.ofFloats(
                TensorInfo.of(name, DType.F32, shape.get(0), shape.get(1)), values));
      }
    }
    files().write(PrefixFiles.weights(block, role), tensors);
  }

  /** Leaves the float weights of a role. */
  void leaveFloats(int block, Role role) throws IOException {
    leave(block, role, weight -> weight);
  }

  /** Leads the text up to a block behind what {@link #leave} left of those before it. */
  void leadThrough(int block) throws IOException {
    for (Role role : Role.values()) {
      lead(block, role);
      if (!files().has(PrefixFiles.weights(block, role))) {
        leaveFloats(block, role);
      }
    }
  }
}
