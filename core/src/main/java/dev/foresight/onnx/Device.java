package dev.foresight.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Locale;
import java.util.stream.Collectors;

/** What runs the blocks: the CPU, by whatever name a user asks for it. */
public final class Device {
  private Device() {}

  /**
   * Refuses every device but the CPU before anything is loaded: running there unasked would hide a
   * mistake behind a job that takes days.
   *
   * @param name for example {@code cpu}, {@code cpu(0)} as DJL says, or {@code cuda:1}
   * @throws InputException if it is not the CPU
   */
  public static void require(String name) {
    if (!name.toLowerCase(Locale.ROOT).matches("cpu(\\(-?\\d+\\)|:\\d+)?")) {
      throw new InputException(
          Words.format("There is no device '%s' here: blocks run on the CPU (ONNX Runtime %s has %s). Use --device cpu.", name,
                  OnnxEnvironment.get().getVersion(),
                  OrtEnvironment.getAvailableProviders().stream()
                      .map(OrtProvider::getName)
                      .sorted()
                      .collect(Collectors.joining(", "))));
    }
  }
}
