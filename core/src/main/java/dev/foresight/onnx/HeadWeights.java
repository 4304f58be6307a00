package dev.foresight.onnx;

import dev.foresight.model.Model;
import dev.foresight.model.NormSpec;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Final norm and output head of a model. The head is cut along the vocabulary, because a buffer
 * holds less than 2 GiB and the head of a large model more.
 */
final class HeadWeights {
  private static final int PART_ELEMENTS = 1 << 28; // 1 GiB

  private final String name;
  private final NormSpec normSpec;
  private final float[] norm;
  private final float[] head;
  private final int hidden;
  private final int rowsPerPart;

  private HeadWeights(
      String name, NormSpec normSpec, float[] norm, float[] head, int hidden, int partElements) {
    this.name = name;
    this.normSpec = normSpec;
    this.norm = norm;
    this.head = head;
    this.hidden = hidden;
    this.rowsPerPart = Math.max(1, partElements / hidden);
  }

  /**
   * @param name what the graph calls them
   */
  static HeadWeights of(String name, Model model) throws IOException {
    return of(name, model, PART_ELEMENTS);
  }

  static HeadWeights of(String name, Model model, int partElements) throws IOException {
    return new HeadWeights(
        name,
        model.architecture().finalNorm(),
        finite(model, model.architecture().finalNorm().weight()),
        finite(model, model.architecture().headTensor(model.config())),
        model.config().hidden(),
        partElements);
  }

  private static float[] finite(Model model, String tensor) throws IOException {
    float[] values = model.checkpoint().floats(tensor);
    model.requireFinite(tensor, values);
    return values;
  }

  /** The norm's shape and offset. */
  NormSpec normSpec() {
    return normSpec;
  }

  /** Whether one copy can serve both: quantizing a model leaves its head alone. */
  boolean same(HeadWeights other) {
    return normSpec.offset() == other.normSpec.offset()
        && Arrays.equals(norm, other.norm)
        && Arrays.equals(head, other.head);
  }

  /** Name of the norm's weight in the graph. */
  String norm() {
    return name + ".norm";
  }

  /** Names of the head's parts in the graph, in order of the vocabulary. */
  List<String> parts() {
    List<String> parts = new ArrayList<>();
    int rows = head.length / hidden;
    for (int start = 0; start < rows; start += rowsPerPart) {
      parts.add(name + ".head." + parts.size());
    }
    return parts;
  }

  /** Shapes of all, by name in the graph. */
  Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    shapes.put(norm(), List.of((long) norm.length));
    long rows = head.length / hidden;
    for (String part : parts()) {
      long here = Math.min(rowsPerPart, rows);
      shapes.put(part, List.of(here, (long) hidden));
      rows -= here;
    }
    return shapes;
  }

  /** Values of all, by name in the graph. */
  Map<String, Weight> weights() {
    Map<String, Weight> weights = new LinkedHashMap<>();
    int start = 0;
    for (Map.Entry<String, List<Long>> shape : shapes().entrySet()) {
      long[] sizes = shape.getValue().stream().mapToLong(Long::longValue).toArray();
      if (shape.getKey().equals(norm())) {
        weights.put(shape.getKey(), weight(norm, 0, norm.length, sizes));
      } else {
        int elements = Math.toIntExact(sizes[0] * sizes[1]);
        weights.put(shape.getKey(), weight(head, start, elements, sizes));
        start += elements;
      }
    }
    return weights;
  }

  private static Weight weight(float[] values, int start, int elements, long[] shape) {
    FloatBuffer buffer = FloatPool.allocate(elements);
    return new Weight(buffer.put(values, start, elements).flip(), shape);
  }
}
