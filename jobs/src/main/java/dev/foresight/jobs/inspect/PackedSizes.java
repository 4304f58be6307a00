package dev.foresight.jobs.inspect;

import dev.foresight.Words;
import dev.foresight.export.DensePacker;
import dev.foresight.model.Architecture;
import dev.foresight.model.LinearSpec;
import dev.foresight.model.Model;
import dev.foresight.model.ModelConfig;
import dev.foresight.tensor.TensorInfo;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a model would weigh in the {@code compressed-tensors} container, symmetric: the codes of a
 * row as 32-bit words, one step a group in the weights' own type, and the shape (16 bytes) of each
 * linear; all else as it is.
 */
public final class PackedSizes {
  private static final int SHAPE_BYTES = 2 * Long.BYTES;

  private final Model model;
  private final ModelConfig config;
  private final Architecture architecture;

  public PackedSizes(Model model) {
    this.model = model;
    config = model.config();
    architecture = model.architecture();
  }

  /**
   * Bytes of all tensors of the blocks.
   *
   * @param group input channels that share a step, 0 for whole rows
   * @return nothing if the group does not divide the channels of every linear
   */
  public OptionalLong blocks(int bits, int group) {
    long bytes = 0;
    for (int block = 0; block < config.blocks(); block++) {
      for (String path : architecture.blockTensors(config).keySet()) {
        bytes += model.checkpoint().info(architecture.tensorName(block, path)).bytes();
      }
      for (LinearSpec linear : architecture.linears()) {
        TensorInfo stored =
            model.checkpoint().info(architecture.tensorName(block, linear.weight()));
        int columns = linear.columns(config);
        if (group != 0 && columns % group != 0) {
          return OptionalLong.empty();
        }
        long words = DensePacker.words(columns, bits);
        long groups = group == 0 ? 1 : columns / group;
        long row = words * Integer.BYTES + groups * stored.dtype().bytes();
        bytes += linear.rows(config) * row + SHAPE_BYTES - stored.bytes();
      }
    }
    return OptionalLong.of(bytes);
  }

  /**
   * Bytes of what stays as it is: embedding, head, final norm and all that is not the decoder's.
   */
  public long outside() {
    long bytes = 0;
    for (TensorInfo info : model.checkpoint().tensors()) {
      bytes += info.bytes();
    }
    for (int block = 0; block < config.blocks(); block++) {
      for (String path : architecture.blockTensors(config).keySet()) {
        bytes -= model.checkpoint().info(architecture.tensorName(block, path)).bytes();
      }
    }
    return bytes;
  }

  String table(List<Integer> groups) {
    StringBuilder text = new StringBuilder();
    text.append(
        Words.format(
            "Bytes of the blocks, quantized (compressed-tensors, symmetric); embedding, head and what else is outside them stay: %,d bytes%n",
            outside()));
    text.append(Words.format("%-6s", "bits"));
    for (int group : groups) {
      text.append(Words.format("%18s", group == 0 ? "whole rows" : "groups of " + group));
    }
    text.append(System.lineSeparator());
    for (int bits = 2; bits <= 8; bits++) {
      text.append(Words.format("%-6d", bits));
      for (int group : groups) {
        OptionalLong bytes = blocks(bits, group);
        text.append(
            Words.format(
                "%18s",
                bytes.isPresent() ? Words.format("%,d", bytes.getAsLong()) : "does not divide"));
      }
      text.append(System.lineSeparator());
    }
    return text.toString();
  }
}
