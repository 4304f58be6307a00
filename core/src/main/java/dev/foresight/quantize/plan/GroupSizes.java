package dev.foresight.quantize.plan;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Group sizes worth proposing to a user. */
final class GroupSizes {
  private GroupSizes() {}

  /** The usual sizes that divide a number of input channels, for a message: "32, 64 or 192". */
  static String thatDivide(int columns) {
    String sizes =
        IntStream.of(16, 32, 48, 64, 96, 128, 192, 256)
            .filter(size -> columns % size == 0)
            .mapToObj(Integer::toString)
            .collect(Collectors.joining(", "));
    return sizes.isEmpty() ? "0 for whole rows" : sizes + ", or 0 for whole rows";
  }
}
