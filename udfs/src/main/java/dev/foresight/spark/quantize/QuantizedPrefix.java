package dev.foresight.spark.quantize;

import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.model.Role;
import dev.foresight.onnx.OneBlock;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.PatchedCheckpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;

/**
 * The block that text is led through just now, one for all tasks of a JVM: what of it is quantized
 * already stands in the place of its float weights. A block that no task uses is closed when
 * another is asked for.
 */
final class QuantizedPrefix {
  private static final Map<Key, QuantizedPrefix> OPEN = new HashMap<>();

  /**
   * @param model the float model's folder
   * @param output the folder that is written, whose prefix files hold the weights
   * @param run by which a folder that is written again is known as another
   * @param block its number
   * @param role in front of which the part ends; null for what lies behind attention
   */
  record Key(String model, String output, String run, int block, Role role) {}

  private final Key key;
  private OneBlock block; // null until it is loaded
  private int users;

  private QuantizedPrefix(Key key) {
    this.key = key;
  }

  /** A task's hold on a block. */
  static final class Lease implements AutoCloseable {
    private final QuantizedPrefix held;

    private Lease(QuantizedPrefix held) {
      this.held = held;
    }

    OneBlock block() {
      return held.block;
    }

    @Override
    public void close() {
      synchronized (OPEN) {
        held.users--;
      }
    }
  }

  /** The block of this JVM for a key, loaded by the first task that asks. */
  static Lease acquire(Key key, Configuration conf) throws IOException {
    QuantizedPrefix held;
    synchronized (OPEN) {
      closeIdle(key);
      held = OPEN.computeIfAbsent(key, QuantizedPrefix::new);
      held.users++;
    }
    Lease lease = new Lease(held);
    try {
      held.load(conf);
      return lease;
    } catch (IOException | RuntimeException | Error e) {
      lease.close();
      throw e;
    }
  }

  private static void closeIdle(Key wanted) throws IOException {
    for (Iterator<QuantizedPrefix> all = OPEN.values().iterator(); all.hasNext(); ) {
      QuantizedPrefix one = all.next();
      if (one.users == 0 && !one.key.equals(wanted)) {
        all.remove();
        if (one.block != null) {
          one.block.close();
        }
      }
    }
  }

  private synchronized void load(Configuration conf) throws IOException {
    if (block != null) {
      return;
    }
    Path scratch = Path.of(Utils.getLocalDir(SparkEnv.get().conf()));
    PrefixFiles files = new PrefixFiles(key.output(), conf);
    List<Checkpoint> patches = new ArrayList<>();
    try (Model model = ExportedCheckpoints.model(ModelFolders.open(key.model(), conf))) {
      Checkpoint patched = model.checkpoint();
      for (Role role : quantized()) {
        patches.add(files.open(PrefixFiles.weights(key.block(), role)));
        patched = new PatchedCheckpoint(patched, patches.get(patches.size() - 1));
      }
      Model prefix =
          new Model(
              model.config(),
              model.architecture(),
              patched,
              model.location(),
              model.untied(),
              model.notes());
      block =
          key.role() == null
              ? OneBlock.mlp(prefix, key.block(), scratch)
              : OneBlock.upTo(key.role(), prefix, key.block(), scratch);
    } finally {
      for (Checkpoint patch : patches) {
        patch.close();
      }
    }
  }

  /** The roles of the block that are quantized by now. */
  private List<Role> quantized() {
    return Arrays.stream(Role.values())
        .filter(
            role -> Optional.ofNullable(key.role()).map(r -> role.compareTo(r) < 0).orElse(true))
        .toList();
  }
}
