package dev.foresight.model;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.RenamedCheckpoint;
import dev.foresight.tensor.TensorInfo;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which tensor is the output head. The tensors decide, as they do in transformers 5.23: a head that
 * is stored is the head, whatever config.json says of tying; and where config.json ties the two,
 * either may stand for both.
 *
 * @param tied whether the head is the embedding
 * @param checkpoint the checkpoint, with an embedding
 */
record OutputHead(boolean tied, Checkpoint checkpoint) {
  /**
   * @throws InputException if one of the two is missing and config.json does not tie them: readers
   *     would start from random weights
   */
  static OutputHead decide(ModelConfig config, DecoderNames.Found found, String location) {
    Checkpoint checkpoint = found.checkpoint();
    String embedding = found.architecture().embedding();
    String head = found.architecture().head();
    boolean hasEmbedding = checkpoint.contains(embedding);
    boolean hasHead = checkpoint.contains(head);
    if (hasEmbedding == hasHead) { // where there is neither, the check names what is missing
      return new OutputHead(config.tiedHead() && !hasHead, checkpoint);
    }
    if (!config.tiedHead()) {
      throw new InputException(
          Words.format(
              "%s holds %s but no %s, and its config.json does not say that they are one (tie_word_embeddings): fetch the missing one, or set the flag to true if they are.",
              location, hasEmbedding ? embedding : head, hasEmbedding ? head : embedding));
    }
    return new OutputHead(
        true, hasEmbedding ? checkpoint : renamed(checkpoint, location, head, embedding));
  }

  private static Checkpoint renamed(
      Checkpoint checkpoint, String location, String stored, String name) {
    SortedMap<String, String> storedName = new TreeMap<>();
    checkpoint.tensors().stream().map(TensorInfo::name).forEach(n -> storedName.put(n, n));
    storedName.remove(stored);
    storedName.put(name, stored);
    return new RenamedCheckpoint(checkpoint, location, storedName);
  }
}
