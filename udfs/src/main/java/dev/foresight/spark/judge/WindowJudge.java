package dev.foresight.spark.judge;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.evaluate.Judge;
import dev.foresight.evaluate.WindowScores;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.io.AtomicFiles;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.util.SerializableConfiguration;

/**
 * The task that scores some windows: runs the model over them, and its reference unless the
 * reference's hidden states were kept by an earlier run.
 */
public final class WindowJudge implements Function<WindowJudge.Chunk, List<WindowScores>> {
  private static final long serialVersionUID = 1L;

  private final ExecutorModel.Key model;
  private final ExecutorModel.Key reference; // null without one: an Optional does not travel
  private final String states; // null where they are not kept
  private final SerializableConfiguration conf;

  /**
   * Windows of one task.
   *
   * @param index of the chunk among all
   * @param windows token ids
   */
  @SuppressWarnings("ArrayRecordComponent") // travels once, never compared
  public record Chunk(int index, int[][] windows) implements Serializable {}

  /**
   * @param reference the float model, if there is one
   * @param states folder where the reference's hidden states of these windows are kept, if they are
   */
  public WindowJudge(
      ExecutorModel.Key model,
      Optional<ExecutorModel.Key> reference,
      Optional<String> states,
      SerializableConfiguration conf) {
    this.model = model;
    this.reference = reference.orElse(null);
    this.states = states.orElse(null);
    this.conf = conf;
  }

  /** Windows in tasks of at most so many tokens, or one window. */
  public static List<Chunk> chunks(int[][] windows, int tokens) {
    int size = Math.max(1, tokens / windows[0].length);
    List<Chunk> chunks = new ArrayList<>();
    for (int from = 0; from < windows.length; from += size) {
      int to = Math.min(windows.length, from + size);
      chunks.add(new Chunk(chunks.size(), java.util.Arrays.copyOfRange(windows, from, to)));
    }
    return chunks;
  }

  @Override
  public List<WindowScores> call(Chunk chunk) throws IOException {
    try (ExecutorModel.Lease ours = ExecutorModel.acquire(model, conf.value())) {
      float[] hidden = ours.runner().run(chunk.windows());
      if (reference == null) {
        try (Judge judge = Judge.of(ours.model())) {
          return judge.judge(chunk.windows(), hidden);
        }
      }
      try (ExecutorModel.Lease theirs = ExecutorModel.acquire(reference, conf.value());
          Judge judge = Judge.of(ours.model(), theirs.model())) {
        return judge.judge(chunk.windows(), hidden, referenceStates(chunk, theirs));
      }
    }
  }

  private float[] referenceStates(Chunk chunk, ExecutorModel.Lease theirs) throws IOException {
    if (states == null) {
      return theirs.runner().run(chunk.windows());
    }
    Configuration hadoop = conf.value();
    Path root = new Path(states);
    String file = Words.format("%05d.f32", chunk.index());
    FileSystem fileSystem = root.getFileSystem(hadoop);
    Path kept = new Path(root, file);
    if (fileSystem.exists(kept)) {
      int hidden = theirs.model().config().hidden();
      return read(
          fileSystem, kept, (long) chunk.windows().length * chunk.windows()[0].length * hidden);
    }
    float[] hidden = theirs.runner().run(chunk.windows());
    AtomicFiles.writeStream(
        hadoop,
        root,
        file,
        out -> {
          ByteBuffer bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
          for (float value : hidden) {
            if (!bytes.hasRemaining()) {
              out.write(bytes.array());
              bytes.clear();
            }
            bytes.putFloat(value);
          }
          out.write(bytes.array(), 0, bytes.position());
        });
    return hidden;
  }

  private static float[] read(FileSystem fileSystem, Path file, long expected) throws IOException {
    long length = fileSystem.getFileStatus(file).getLen();
    if (length != expected * Float.BYTES) {
      throw new InputException(
          Words.format(
              "%s has %d bytes, but the hidden states of these windows are %d: it is damaged or of another model. Remove the file.",
              file, length, expected * Float.BYTES));
    }
    byte[] bytes = new byte[Math.toIntExact(length)];
    try (var in = fileSystem.open(file)) {
      in.readFully(0, bytes);
    }
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }
}
