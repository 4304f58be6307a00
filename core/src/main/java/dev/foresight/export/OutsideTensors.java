package dev.foresight.export;

import dev.foresight.model.Model;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.TensorInfo;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is written of a model beside its blocks: every tensor that the checkpoint holds, but for an
 * output head that config.json ties to the embedding and that is a copy of it.
 *
 * @param names of all that is written, sorted
 * @param ownHead whether config.json must be told that the head is a tensor of its own
 * @param others those that no part of the decoder reads, sorted; they are copied as they are
 */
public record OutsideTensors(List<String> names, boolean ownHead, List<String> others) {
  public OutsideTensors {
    names = List.copyOf(names);
    others = List.copyOf(others);
  }

  /** Reads embedding and head only where config.json ties two that are stored. */
  public static OutsideTensors of(Model model) throws IOException {
    Set<String> names = new TreeSet<>();
    model.checkpoint().tensors().stream().map(TensorInfo::name).forEach(names::add);
    for (int block = 0; block < model.config().blocks(); block++) {
      for (String path : model.architecture().blockTensors(model.config()).keySet()) {
        names.remove(model.architecture().tensorName(block, path));
      }
    }
    boolean ownHead = model.untied() && !headIsACopy(model);
    if (model.untied() && !ownHead) {
      names.remove(model.architecture().head());
    }
    Set<String> others = new TreeSet<>(names);
    others.removeAll(model.architecture().outerTensors(model.config()).keySet());
    return new OutsideTensors(List.copyOf(names), ownHead, List.copyOf(others));
  }

  private static boolean headIsACopy(Model model) throws IOException {
    Checkpoint checkpoint = model.checkpoint();
    String embedding = model.architecture().embedding();
    String head = model.architecture().head();
    return checkpoint.info(head).dtype() == checkpoint.info(embedding).dtype()
        && !checkpoint.dequantizes(head)
        && !checkpoint.dequantizes(embedding)
        && checkpoint.bytes(head).equals(checkpoint.bytes(embedding));
  }
}
