package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Linears with 8-bit weights: ONNX Runtime's {@code MatMulNBits} rounds the activations to 8 bits
 * as well, group by group, and adds up in int32.
 */
public final class Int8Linears implements LinearNodes {
  private static final String CODES = ".codes";
  private static final int LARGEST_GROUP = 128;
  private static final int SMALLEST_GROUP = 16; // of the operator
  private static final int INT8_ACTIVATIONS = 4; // its accuracy_level

  /** Name of the codes of a weight, [rows, columns / group, group] of uint8. */
  static String codes(String weight) {
    return weight + CODES;
  }

  /** Name of the weight that has codes of this name. */
  public static String weight(String codes) {
    return codes.substring(0, codes.length() - CODES.length());
  }

  /** Name of the steps of a weight, [rows x columns / group]. */
  static String steps(String weight) {
    return weight + ".steps";
  }

  /**
   * The largest power of two up to 128 that divides the input channels.
   *
   * @throws InputException if not even 16 does
   */
  static int group(String path, long columns) {
    for (int group = LARGEST_GROUP; group >= SMALLEST_GROUP; group /= 2) {
      if (columns % group == 0) {
        return group;
      }
    }
    throw new InputException(
        Words.format(
            "%s has %d input channels, not a multiple of %d: use --precision fp32.",
            path, columns, SMALLEST_GROUP));
  }

  @Override
  public String add(OnnxGraph graph, String x, Linear linear) {
    int group = group(linear.path(), linear.columns());
    long groups = linear.columns() / group;
    String codes = codes(linear.weight());
    String steps = steps(linear.weight());
    graph.weight(codes, DType.U8, List.of(linear.rows(), groups, (long) group));
    graph.weight(steps, DType.F32, List.of(linear.rows() * groups));
    List<String> inputs = new ArrayList<>(List.of(x, codes, steps));
    if (linear.bias()) {
      graph.weight(linear.biasName(), DType.F32, List.of(linear.rows()));
      inputs.addAll(List.of("", "", linear.biasName())); // no zero points, no order of groups
    }
    return graph.microsoftNode(
        "MatMulNBits",
        inputs,
        attribute("K", linear.columns()),
        attribute("N", linear.rows()),
        attribute("bits", Byte.SIZE),
        attribute("block_size", group),
        attribute("accuracy_level", INT8_ACTIVATIONS));
  }
}
