package dev.foresight.quantize;

import dev.foresight.importance.TokenKind;
import dev.foresight.model.Architecture;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.model.Part;
import dev.foresight.model.Role;
import dev.foresight.quantize.fold.Fold;
import dev.foresight.quantize.fold.LinearFold;
import dev.foresight.quantize.fold.NormFold;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A block of a model in the terms of the search, which else knows no architectures. */
public final class BlockParts {
  private static final String WEIGHT = ".weight";

  private BlockParts() {}

  /** The roles of every block of a model. */
  public static List<RoleGroup> groups(Model model) {
    return Arrays.stream(Role.values()).map(role -> group(model, role)).toList();
  }

  private static RoleGroup group(Model model, Role role) {
    List<LinearSpec> linears = model.architecture().linears(role);
    Set<String> unclipped =
        linears.stream()
            .filter(l -> !l.clipped())
            .map(LinearSpec::path)
            .collect(Collectors.toSet());
    Map<String, List<RoleGroup.Span>> spans = new HashMap<>();
    linears.forEach(linear -> spans.put(linear.path(), spans(model, linear)));
    return new RoleGroup(
        role, linears.stream().map(LinearSpec::path).toList(), unclipped, fold(model, role), spans);
  }

  /** The parts of a linear, neighbours of one kind together. */
  private static List<RoleGroup.Span> spans(Model model, LinearSpec linear) {
    List<RoleGroup.Span> spans = new ArrayList<>();
    for (Part part : linear.parts()) {
      TokenKind kind = TokenKind.of(part);
      int rows = part.rows(model.config());
      int last = spans.size() - 1;
      if (last >= 0 && spans.get(last).kind() == kind) {
        rows += spans.remove(last).rows();
      }
      spans.add(new RoleGroup.Span(kind, rows));
    }
    return spans;
  }

  private static Fold fold(Model model, Role role) {
    dev.foresight.model.Fold fold = model.architecture().fold(role);
    if (fold instanceof dev.foresight.model.Fold.IntoNorm into) {
      return new NormFold(into.norm().path(), into.norm().offset());
    }
    var into = (dev.foresight.model.Fold.IntoRows) fold;
    boolean shared = into.perKvHead();
    return new LinearFold(
        into.linear().path(),
        into.linear().firstRow(model.config(), into.part()),
        shared ? model.architecture().queryHeadsPerKvHead(model.config()) : 1,
        shared ? model.config().headDimension() : 1);
  }

  /** Type that the linears of a block are stored in. */
  private static DType storedType(Model model, int block) {
    Architecture architecture = model.architecture();
    String first = architecture.linears().get(0).weight();
    return model.checkpoint().info(architecture.tensorName(block, first)).dtype();
  }

  /**
   * Reads one block.
   *
   * @param floatType type that what stays in float is written in; none for the stored type
   * @throws dev.foresight.InputException naming a tensor that holds NaN or infinity
   */
  public static BlockWeights read(Model model, int block, Optional<DType> floatType)
      throws IOException {
    Architecture architecture = model.architecture();
    Map<String, Matrix> linears = new HashMap<>();
    Map<String, float[]> vectors = new HashMap<>();
    DType stored = floatType.orElse(storedType(model, block));
    Map<String, DType> others = new HashMap<>();
    for (String path : architecture.blockTensors(model.config()).keySet()) {
      String name = architecture.tensorName(block, path);
      TensorInfo info = model.checkpoint().info(name);
      float[] values = model.checkpoint().floats(name);
      model.requireFinite(name, values);
      if (floatType.isEmpty() && info.dtype() != stored) {
        others.put(path, info.dtype());
      }
      if (info.shape().size() == 2) {
        linears.put(
            path.substring(0, path.length() - WEIGHT.length()),
            new Matrix(info.shape().get(0).intValue(), info.shape().get(1).intValue(), values));
      } else {
        vectors.put(path, values);
      }
    }
    String prefix = architecture.tensorName(block, "");
    return new BlockWeights(
        prefix.substring(0, prefix.length() - 1), linears, vectors, stored, others);
  }
}
