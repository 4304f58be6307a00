package dev.foresight.spark.quantize;

import dev.foresight.export.Container;
import dev.foresight.export.Containers;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OnnxMatrixProduct;
import dev.foresight.quantize.BlockParts;
import dev.foresight.quantize.BlockQuantizer;
import dev.foresight.quantize.BlockResult;
import dev.foresight.quantize.BlockWeights;
import dev.foresight.quantize.LinearReport;
import dev.foresight.quantize.RoleStatistics;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.BlockQuantization.QuantizedBlock;
import dev.foresight.spark.quantize.BlockQuantization.Scores;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.DType;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.NamedTensor;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that quantizes the linears of one role for what {@link PrefixRows} found in front of it.
 * It leaves their tensors, and their weights for the text to be led through; the task of the last
 * role writes the block's file.
 */
public final class PropagatedRole implements Function<PropagatedRole.Earlier, PropagatedRole.Done> {
  private static final long serialVersionUID = 1L;

  private final Task task;
  private final List<PrefixPart> parts;
  private final Broadcast<List<Scores>> scores;
  private final int threads;
  private final SerializableConfiguration conf;

  /**
   * What is to be done, and what is done of the block.
   *
   * @param block its number
   * @param role to be quantized
   * @param roles what the tasks of the roles before it gave
   */
  public record Earlier(int block, Role role, List<Done> roles) implements Serializable {}

  /**
   * What became of a role.
   *
   * @param linears one report each
   * @param weights digests, as of {@link QuantizedBlock}
   * @param seconds that the task took
   * @param block the whole block, where this was its last role; else null
   */
  public record Done(
      List<LinearReport> linears, Map<String, String> weights, double seconds, QuantizedBlock block)
      implements Serializable {}

  /**
   * @param parts of the text, all of them
   * @param threads that share a role's rows: nothing else runs meanwhile
   */
  public PropagatedRole(
      Task task,
      List<PrefixPart> parts,
      Broadcast<List<Scores>> scores,
      int threads,
      SerializableConfiguration conf) {
    this.task = task;
    this.parts = parts;
    this.scores = scores;
    this.threads = threads;
    this.conf = conf;
  }

  @Override
  public Done call(Earlier earlier) throws IOException {
    long started = System.nanoTime();
    Role role = earlier.role();
    int block = earlier.block();
    PrefixFiles files = new PrefixFiles(task.output(), conf.value());
    try (Model model = ExportedCheckpoints.model(ModelFolders.open(task.model(), conf.value()));
        OnnxMatrixProduct product = new OnnxMatrixProduct()) {
      Container container = Containers.named(task.plan().container());
      BlockWeights weights = BlockParts.read(model, block, container.floatType());
      BlockResult result =
          BlockQuantizer.quantize(
              role,
              weights,
              BlockParts.groups(model),
              knowledge(block, role, files),
              task.plan().grids().ofBlock(weights.path()),
              task.plan().search(),
              product,
              threads);
      List<NamedTensor> tensors = BlockOutput.tensors(container, model, block, weights, result);
      files.write(PrefixFiles.weights(block, role), read(container, model, block, result));
      Map<String, String> digests = BlockOutput.digests(container, result);
      double seconds = (System.nanoTime() - started) / 1e9;
      Done done = new Done(result.reports(), digests, seconds, null);
      if (role.ordinal() < Role.values().length - 1) {
        // norms and biases come with the last role
        List<String> norms =
            result.vectors().keySet().stream()
                .map(path -> model.architecture().tensorName(block, path))
                .toList();
        files.write(
            PrefixFiles.tensors(block, role),
            tensors.stream().filter(t -> !norms.contains(t.info().name())).toList());
        return done;
      }
      List<Done> all = new ArrayList<>(earlier.roles());
      all.add(done);
      return new Done(done.linears(), digests, seconds, finish(model, block, tensors, all, files));
    }
  }

  private Map<Role, RoleStatistics> knowledge(int block, Role role, PrefixFiles files)
      throws IOException {
    RoleStatistics known = BlockKnowledge.of(task, block, scores.value(), conf.value()).get(role);
    Matrix propagated = Matrix.zeros(known.rows().rows().rows(), known.rows().rows().columns());
    int columns = propagated.columns();
    for (PrefixPart part : parts) {
      Matrix rows = files.matrix(PrefixFiles.rows(block, role, part.number()));
      for (int i = 0; i < rows.rows(); i++) {
        System.arraycopy(
            rows.values(), i * columns, propagated.values(), part.places()[i] * columns, columns);
      }
    }
    Map<Role, RoleStatistics> statistics = new EnumMap<>(Role.class);
    statistics.put(
        role,
        new RoleStatistics(known.importance(), known.meanSquare(), known.rows().with(propagated)));
    return statistics;
  }

  /** The linears' weights as readers get them, under the float model's names. */
  private static List<NamedTensor> read(
      Container container, Model model, int block, BlockResult result) {
    Map<String, Matrix> read = new TreeMap<>(result.floats());
    result
        .linears()
        .forEach(
            (path, linear) ->
                read.put(
                    path, new Matrix(linear.rows(), linear.columns(), container.read(linear))));
    List<NamedTensor> tensors = new ArrayList<>();
    read.forEach(
        (path, matrix) ->
            tensors.add(
                NamedTensor.ofFloats(
                    TensorInfo.of(
                        model.architecture().tensorName(block, path + ".weight"),
                        DType.F32,
                        matrix.rows(),
                        matrix.columns()),
                    matrix.values())));
    return tensors;
  }

  private QuantizedBlock finish(
      Model model, int block, List<NamedTensor> last, List<Done> roles, PrefixFiles files)
      throws IOException {
    List<Checkpoint> open = new ArrayList<>();
    try {
      List<NamedTensor> tensors = new ArrayList<>(last);
      for (int i = 0; i < roles.size() - 1; i++) {
        Checkpoint file = files.open(PrefixFiles.tensors(block, Role.values()[i]));
        open.add(file);
        file.tensors().forEach(info -> tensors.add(NamedTensor.copyOf(file, info.name())));
      }
      Map<String, String> digests = new TreeMap<>();
      roles.forEach(role -> digests.putAll(role.weights()));
      return BlockOutput.write(
          task,
          model,
          block,
          tensors,
          roles.stream().flatMap(role -> role.linears().stream()).toList(),
          digests,
          roles.stream().mapToDouble(Done::seconds).sum(),
          conf.value());
    } finally {
      for (Checkpoint file : open) {
        file.close();
      }
    }
  }
}
