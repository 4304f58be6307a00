package dev.foresight.tensor;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.util.List;

/** Opens the weights of a model folder as they are stored. */
public final class Checkpoints {
  /** The only weights file of a folder without an index. */
  public static final String SINGLE_FILE = "model.safetensors";

  private Checkpoints() {}

  /**
   * The index decides where there is one, as it does for transformers; else {@value #SINGLE_FILE}.
   *
   * @throws InputException if the folder has neither, or what it has is damaged
   */
  public static Checkpoint open(ModelFolder folder) throws IOException {
    List<String> files = folder.files();
    if (files.contains(ShardedCheckpoint.INDEX)) {
      return ShardedCheckpoint.open(folder);
    }
    if (files.contains(SINGLE_FILE)) {
      return SafetensorsFile.open(folder.open(SINGLE_FILE));
    }
    throw new InputException(
        Words.format("%s has neither %s nor %s; it has %s. Convert the weights to safetensors, or name another folder.", folder.location(),
                SINGLE_FILE,
                ShardedCheckpoint.INDEX,
                files.isEmpty() ? "no files" : String.join(", ", files)));
  }
}
