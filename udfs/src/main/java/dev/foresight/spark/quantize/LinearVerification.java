package dev.foresight.spark.quantize;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.export.LinearCheck;
import dev.foresight.export.StoredLinears;
import dev.foresight.export.WeightDigest;
import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/** The task that checks some linears of a written folder. */
public final class LinearVerification
    implements Function<List<LinearVerification.Expected>, List<String>> {
  private static final long serialVersionUID = 1L;

  private final String location;
  private final SerializableConfiguration conf;

  /**
   * What a linear must be.
   *
   * @param linear its name without {@code .weight}
   * @param grid what it was rounded to, null where only it says so itself
   * @param sha256 of its weights as a reader gets them, null where nobody wrote it down
   */
  public record Expected(String linear, Grid grid, String sha256) implements Serializable {}

  /** Checks linears of a folder. */
  public LinearVerification(String location, SerializableConfiguration conf) {
    this.location = location;
    this.conf = conf;
  }

  /** What is wrong, a sentence each, without a full stop. */
  @Override
  public List<String> call(List<Expected> linears) throws IOException {
    List<String> problems = new ArrayList<>();
    ModelFolder folder = ModelFolders.open(location, conf.value());
    Optional<StoredLinears> codes = StoredLinears.open(folder);
    try (Checkpoint weights = ExportedCheckpoints.open(folder)) {
      for (Expected expected : linears) {
        try {
          problem(expected, codes, weights)
              .ifPresent(problem -> problems.add(expected.linear() + ": " + problem));
        } catch (InputException e) {
          problems.add(e.getMessage());
        }
      }
    } finally {
      if (codes.isPresent()) {
        codes.get().close();
      }
    }
    return problems;
  }

  private static Optional<String> problem(
      Expected expected, Optional<StoredLinears> codes, Checkpoint weights) throws IOException {
    if (codes.isPresent()) {
      QuantizedLinear linear = codes.get().read(expected.linear());
      Grid grid = expected.grid() == null ? linear.grid() : expected.grid();
      Optional<String> problem = LinearCheck.problem(linear, grid);
      if (problem.isPresent()) {
        return problem;
      }
    }
    float[] values = weights.floats(expected.linear() + ".weight");
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return Optional.of(Words.format("element %d is %s", i, values[i]));
      }
    }
    if (expected.sha256() != null && !WeightDigest.of(values).equals(expected.sha256())) {
      return Optional.of("its weights are not those that were written");
    }
    return Optional.empty();
  }
}
