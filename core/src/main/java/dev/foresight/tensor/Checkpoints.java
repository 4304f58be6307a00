package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Opens the weights of a model folder as they are stored. */
public final class Checkpoints {
  /** The only weights file of a folder without an index. */
  public static final String SINGLE_FILE = "model.safetensors";

  private Checkpoints() {}

  /**
   * Names of the files that hold the weights, sorted. {@value #SINGLE_FILE} decides where it is, as
   * it does for transformers 5.23, whatever an index beside it says.
   *
   * @throws InputException if the folder has neither, or the index is wrong
   */
  public static List<String> files(ModelFolder folder) throws IOException {
    List<String> files = folder.files();
    if (files.contains(SINGLE_FILE)) {
      return List.of(SINGLE_FILE);
    }
    if (files.contains(ShardedCheckpoint.INDEX)) {
      return ShardedCheckpoint.files(folder);
    }
    throw new InputException(
        Words.format(
            "%s has neither %s nor %s; it has %s. Convert the weights to safetensors, or name another folder.",
            folder.location(),
            SINGLE_FILE,
            ShardedCheckpoint.INDEX,
            files.isEmpty() ? "no files" : String.join(", ", files)));
  }

  /**
   * What an index beside {@value #SINGLE_FILE} says that nobody heeds, a sentence; nothing where
   * the two agree.
   */
  public static Optional<String> unheeded(ModelFolder folder) throws IOException {
    List<String> files = folder.files();
    if (!files.contains(SINGLE_FILE) || !files.contains(ShardedCheckpoint.INDEX)) {
      return Optional.empty();
    }
    List<String> others = ShardedCheckpoint.files(folder);
    return others.equals(List.of(SINGLE_FILE))
        ? Optional.empty()
        : Optional.of(
            Words.format(
                "%s holds the weights of %s, as for transformers; %s names %d other files, which were not read.",
                SINGLE_FILE, folder.location(), ShardedCheckpoint.INDEX, others.size()));
  }

  /**
   * Opens {@link #files}.
   *
   * @throws InputException if the folder has none, or what it has is damaged
   */
  public static Checkpoint open(ModelFolder folder) throws IOException {
    return files(folder).equals(List.of(SINGLE_FILE))
        ? SafetensorsFile.open(folder.open(SINGLE_FILE))
        : ShardedCheckpoint.open(folder);
  }
}
