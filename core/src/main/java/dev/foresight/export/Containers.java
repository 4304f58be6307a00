package dev.foresight.export;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.List;
import java.util.stream.Collectors;

/** All containers that can be written. */
public final class Containers {
  private static final List<Container> ALL =
      List.of(
          new CompressedTensors(),
          new Gptq(Gptq.Zeros.AS_THEY_ARE),
          new Gptq(Gptq.Zeros.LESS_ONE),
          new Awq(),
          new Dequantized());

  private Containers() {}

  /** Every container, the default first. */
  public static List<Container> all() {
    return ALL;
  }

  /**
   * @param name as in settings
   * @throws InputException if there is none of this name; the message lists all
   */
  public static Container named(String name) {
    return ALL.stream()
        .filter(container -> container.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format("--container %s is unknown: choose one of %s.", name,
                            ALL.stream().map(Container::name).collect(Collectors.joining(", ")))));
  }

  /** Part of a message: "compressed-tensors, dequantized can", or "no container can". */
  static String whichHold(int bits, boolean symmetric) {
    String names =
        ALL.stream()
            .filter(container -> container.holds(bits, symmetric))
            .map(Container::name)
            .collect(Collectors.joining(", "));
    return names.isEmpty() ? "no container can: choose 2 to 8 bits" : names + " can";
  }
}
