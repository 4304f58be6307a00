package dev.foresight.spark.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.NotFiniteException;
import dev.foresight.onnx.OneBlock;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.BlockQuantization.Task;
import dev.foresight.spark.store.SketchStore;
import dev.foresight.tensor.Matrix;
import java.io.IOException;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that leads one part of the text up to a role of a block, through all that is quantized
 * before it, and leaves there what the role reads of the part's rows.
 */
public final class PrefixRows implements Function<PrefixPart, Integer> {
  private static final long serialVersionUID = 1L;

  private final Task task;
  private final String run;
  private final int block;
  private final Role role;
  private final int length;
  private final SerializableConfiguration conf;

  /**
   * @param run by which this run of the job is told from others that write the same folder
   * @param length tokens of a sequence
   */
  public PrefixRows(
      Task task, String run, int block, Role role, int length, SerializableConfiguration conf) {
    this.task = task;
    this.run = run;
    this.block = block;
    this.role = role;
    this.length = length;
    this.conf = conf;
  }

  @Override
  public Integer call(PrefixPart part) throws IOException {
    try {
      PrefixFiles files = new PrefixFiles(task.output(), conf.value());
      Matrix stream =
          role == Role.MLP_OUTPUT
              ? files.matrix(PrefixFiles.middle(block, part.number()))
              : hidden(part, files);
      try (QuantizedPrefix.Lease lease = acquire(block, role)) {
        float[] rows = lease.block().rows(stream.values(), length, part.selection());
        files.write(
            PrefixFiles.rows(block, role, part.number()),
            new Matrix(part.rows().length, rows.length / part.rows().length, rows));
      }
      if (role == Role.MLP_INPUT) {
        files.write(PrefixFiles.middle(block, part.number()), stream);
      }
      return part.number();
    } catch (NotFiniteException e) {
      throw new InputException(
          Words.format(
              "Shard %s, sequence %d: %s",
              part.shard(), part.sequences()[e.sequence()], e.getMessage()),
          e);
    }
  }

  private QuantizedPrefix.Lease acquire(int number, Role upTo) throws IOException {
    return QuantizedPrefix.acquire(
        new QuantizedPrefix.Key(task.model(), task.output(), run, number, upTo), conf.value());
  }

  /** The residual stream in front of the block, left there by another task or made now. */
  private Matrix hidden(PrefixPart part, PrefixFiles files) throws IOException {
    String name = PrefixFiles.hidden(block, part.number());
    if (files.has(name)) {
      return files.matrix(name);
    }
    Matrix hidden;
    if (block == 0) {
      hidden = embedded(part);
    } else {
      hidden = files.matrix(PrefixFiles.middle(block - 1, part.number()));
      try (QuantizedPrefix.Lease lease = acquire(block - 1, null)) {
        lease.block().advance(hidden.values(), length);
      }
    }
    files.write(name, hidden);
    return hidden;
  }

  private Matrix embedded(PrefixPart part) throws IOException {
    SketchStore store = new SketchStore(conf.value(), task.selection().store());
    int[][] sequences = new int[part.sequences().length][];
    for (int i = 0; i < sequences.length; i++) {
      sequences[i] = store.readSequences(part.shard(), part.file(), part.sequences()[i], 1)[0];
    }
    try (Model model = ExportedCheckpoints.model(ModelFolders.open(task.model(), conf.value()))) {
      int channels = model.config().hidden();
      return new Matrix(sequences.length * length, channels, OneBlock.embed(model, sequences));
    }
  }
}
