package dev.foresight.model;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.ModelFolder;
import java.io.Closeable;
import java.io.IOException;

/**
 * A model folder that fits together: the config is supported and the checkpoint has every tensor in
 * the shape that the config asks for.
 *
 * @param config what config.json says
 * @param architecture the table of its family
 * @param checkpoint its tensors; closed with the model
 * @param location what messages call the folder
 */
public record Model(
    ModelConfig config, Architecture architecture, Checkpoint checkpoint, String location)
    implements Closeable {

  /**
   * Opens a folder of float weights.
   *
   * @throws dev.foresight.InputException if anything is missing, damaged, misshapen or not
   *     supported
   */
  public static Model open(ModelFolder folder) throws IOException {
    Checkpoint checkpoint = Checkpoints.open(folder);
    try {
      return of(folder, checkpoint);
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /**
   * Reads config.json and checks the checkpoint against it.
   *
   * @param folder where config.json lies
   * @param checkpoint the tensors of the same folder; stays open if this fails
   * @throws dev.foresight.InputException if anything is missing, misshapen or not supported
   */
  public static Model of(ModelFolder folder, Checkpoint checkpoint) throws IOException {
    String where = folder.location() + "/" + ModelConfig.FILE;
    ModelConfig config = ModelConfig.parse(folder.text(ModelConfig.FILE), where);
    return of(config, checkpoint, folder.location());
  }

  /**
   * Checks a checkpoint against a config that was read before.
   *
   * @throws dev.foresight.InputException if a tensor is missing or misshapen
   */
  public static Model of(ModelConfig config, Checkpoint checkpoint, String location) {
    Architecture family = Architectures.find(config.modelType()).orElseThrow();
    Architecture architecture = TextTower.locate(family, checkpoint);
    new CheckpointCheck(config, architecture, checkpoint, location).run();
    return new Model(config, architecture, checkpoint, location);
  }

  /**
   * Refuses NaN and infinity in a tensor, which would show far from where they are.
   *
   * @throws InputException naming the tensor and the place
   */
  public void requireFinite(String tensor, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new InputException(
            Words.format("%s: element %d of %s is %s. Fetch or write the weights again.", location, i, tensor, values[i]));
      }
    }
  }

  @Override
  public void close() throws IOException {
    checkpoint.close();
  }
}
