package dev.foresight.model;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.TensorInfo;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the tensors of a checkpoint with those that config and architecture ask for. */
final class CheckpointCheck {
  private static final String ROTARY_TABLE =
      "rotary_emb.inv_freq"; // old files keep what config says

  private final ModelConfig config;
  private final Architecture architecture;
  private final Checkpoint checkpoint;
  private final String location;
  private final Pattern inBlock;
  private final Map<String, List<Long>> blockTensors;

  CheckpointCheck(
      ModelConfig config, Architecture architecture, Checkpoint checkpoint, String location) {
    this.config = config;
    this.architecture = architecture;
    this.checkpoint = checkpoint;
    this.location = location;
    this.inBlock = Pattern.compile(Pattern.quote(architecture.blockPrefix()) + "(\\d+)\\.(.+)");
    this.blockTensors = architecture.blockTensors(config);
  }

  /** Fails with an {@link InputException} at the first tensor that is missing or wrong. */
  void run() {
    architecture.outerTensors(config).forEach(this::require);
    for (int block = 0; block < config.blocks(); block++) {
      int number = block;
      blockTensors.forEach(
          (path, shape) -> requireInBlock(architecture.tensorName(number, path), shape));
    }
    checkpoint.tensors().forEach(this::refuseWhatTheGraphWouldIgnore);
  }

  private void requireInBlock(String name, List<Long> shape) {
    require(name, shape);
    if (checkpoint.info(name).elements() > Integer.MAX_VALUE / Float.BYTES) {
      throw new InputException(
          Words.format("%s: %s has shape %s, which takes 2 GiB or more in fp32; blocks as large are not supported.", location, name, shape));
    }
  }

  private void require(String name, List<Long> shape) {
    if (!checkpoint.contains(name)) {
      throw new InputException(
          Words.format("%s lacks the tensor %s of shape %s, which its config.json asks for: the folder is", location, name, shape)
              + " incomplete, or the config belongs to another model.");
    }
    TensorInfo info = checkpoint.info(name);
    if (!info.shape().equals(shape)) {
      throw new InputException(
          Words.format("%s: %s has shape %s, but config.json asks for %s. One of them belongs to another model.", location, name, info.shape(), shape));
    }
    if (!info.dtype().widensToFloat()) {
      throw new InputException(
          Words.format("%s: %s is stored as %s; weights must be F16, BF16 or F32.", location, name, info.dtype()));
    }
  }

  /** A bias, a norm or a block too many changes the model, so none may be left out in silence. */
  private void refuseWhatTheGraphWouldIgnore(TensorInfo info) {
    Matcher matcher = inBlock.matcher(info.name());
    if (!matcher.matches() || matcher.group(2).endsWith(ROTARY_TABLE)) {
      return;
    }
    String digits = matcher.group(1);
    if (digits.length() > 9 || Integer.parseInt(digits) >= config.blocks()) {
      throw new InputException(
          Words.format("%s: %s lies beyond the %d blocks that config.json declares as num_hidden_layers.", location, info.name(), config.blocks()));
    }
    if (!blockTensors.containsKey(matcher.group(2))) {
      throw new InputException(
          Words.format("%s: %s has no place in a %s model with this config.json: one of them belongs to another", location, info.name(), config.modelType())
              + " model.");
    }
  }
}
