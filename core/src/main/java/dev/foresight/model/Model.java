package dev.foresight.model;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.Checkpoints;
import dev.foresight.tensor.ModelFolder;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A model folder that fits together: the config is supported and the checkpoint has every tensor in
 * the shape that the config asks for.
 *
 * @param config what config.json says
 * @param architecture the table of its family
 * @param checkpoint its tensors, by the names of {@code architecture}; closed with the model
 * @param location what messages call the folder
 * @param untied whether an own output head is stored although config.json says that the embedding
 *     is the head; it may still be a copy of the embedding
 * @param notes what a user may not expect of the folder, a sentence each
 */
public record Model(
    ModelConfig config,
    Architecture architecture,
    Checkpoint checkpoint,
    String location,
    boolean untied,
    List<String> notes)
    implements Closeable {
  public Model {
    notes = List.copyOf(notes);
  }

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
    return of(
        config, checkpoint, folder.location(), Checkpoints.unheeded(folder).stream().toList());
  }

  /**
   * Checks a checkpoint against a config that was read before.
   *
   * @throws dev.foresight.InputException if a tensor is missing or misshapen
   */
  public static Model of(ModelConfig config, Checkpoint checkpoint, String location) {
    return of(config, checkpoint, location, List.of());
  }

  private static Model of(
      ModelConfig config, Checkpoint checkpoint, String location, List<String> known) {
    Architecture family = Architectures.find(config.modelType()).orElseThrow();
    DecoderNames.Found found = new DecoderNames(family, config.part(), checkpoint, location).find();
    OutputHead head = OutputHead.decide(config, found, location);
    ModelConfig decided = config.withTiedHead(head.tied());
    new CheckpointCheck(decided, found.architecture(), head.checkpoint(), location).run();
    List<String> notes = new ArrayList<>(known);
    found.note().ifPresent(notes::add);
    boolean untied = config.tiedHead() && !head.tied();
    if (untied) {
      notes.add(
          Words.format(
              "config.json ties the output head to the embedding, but %s is stored: it is the head, as for transformers.",
              found.architecture().head()));
    }
    return new Model(decided, found.architecture(), head.checkpoint(), location, untied, notes);
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
            Words.format(
                "%s: element %d of %s is %s. Fetch or write the weights again.",
                location, i, tensor, values[i]));
      }
    }
  }

  @Override
  public void close() throws IOException {
    checkpoint.close();
  }
}
