package dev.foresight.export;

import dev.foresight.quantize.QuantizedLinear;
import dev.foresight.tensor.ModelFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The linears of a quantized folder in codes, for those who check them. */
public final class StoredLinears implements Closeable {
  private final QuantizedCheckpoint checkpoint;

  private StoredLinears(QuantizedCheckpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /**
   * Opens a folder; none if its weights are plain floats.
   *
   * @throws dev.foresight.InputException as {@link ExportedCheckpoints#open}
   */
  public static Optional<StoredLinears> open(ModelFolder folder) throws IOException {
    var checkpoint = ExportedCheckpoints.open(folder);
    if (checkpoint instanceof QuantizedCheckpoint quantized) {
      return Optional.of(new StoredLinears(quantized));
    }
    checkpoint.close();
    return Optional.empty();
  }

  /** Their names without {@code .weight}, sorted. */
  public List<String> names() {
    return checkpoint.packed();
  }

  /**
   * The codes, steps and zero points of one.
   *
   * @throws dev.foresight.InputException if it can't be read, or its inputs were put into an order
   *     of groups that codes alone do not tell
   */
  public QuantizedLinear read(String linear) throws IOException {
    return checkpoint.codes(linear);
  }

  @Override
  public void close() throws IOException {
    checkpoint.close();
  }
}
