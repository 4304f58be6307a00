package dev.foresight.spark.quantize;

import dev.foresight.model.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * What a driver knows of the files between tasks: whether a run can go on, and what is done with.
 */
public final class Prefix {
  private final PrefixFiles files;
  private final List<PrefixPart> parts;

  /**
   * @param output the folder that is written
   */
  public Prefix(String output, List<PrefixPart> parts, Configuration conf) {
    this.files = new PrefixFiles(output, conf);
    this.parts = parts;
  }

  /** Whether the text can be led up to a block by what an earlier run left. */
  public boolean reaches(int block) throws IOException {
    boolean led = all(hidden(block));
    return block == 0 || led || all(middle(block - 1)) && all(weights(block - 1));
  }

  private boolean all(List<String> names) throws IOException {
    for (String name : names) {
      if (!files.has(name)) {
        return false;
      }
    }
    return true;
  }

  /** Removes what only led up to a block, now that all parts are there. */
  public void reached(int block) throws IOException {
    if (block > 0) {
      files.remove(hidden(block - 1));
      files.remove(middle(block - 1));
      files.remove(weights(block - 1));
    }
  }

  /** Removes what only a role's own task read. */
  public void quantized(int block, Role role) throws IOException {
    files.remove(parts.stream().map(part -> PrefixFiles.rows(block, role, part.number())).toList());
    if (role.ordinal() == Role.values().length - 1) {
      files.remove(
          Arrays.stream(Role.values()).map(each -> PrefixFiles.tensors(block, each)).toList());
    }
  }

  private List<String> hidden(int block) {
    return parts.stream().map(part -> PrefixFiles.hidden(block, part.number())).toList();
  }

  private List<String> middle(int block) {
    return parts.stream().map(part -> PrefixFiles.middle(block, part.number())).toList();
  }

  private static List<String> weights(int block) {
    List<String> names = new ArrayList<>();
    for (Role role : Role.values()) {
      names.add(PrefixFiles.weights(block, role));
    }
    return names;
  }
}
