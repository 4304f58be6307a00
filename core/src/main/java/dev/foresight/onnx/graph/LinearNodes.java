package dev.foresight.onnx.graph;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import java.util.List;

/** How the linears of a block are computed: the one place where their weights enter the graph. */
@FunctionalInterface
public interface LinearNodes {
  /** In fp32, with weights as the checkpoint names them. */
  LinearNodes FLOAT =
      (graph, x, linear) -> {
        graph.weight(linear.weight(), List.of(linear.rows(), linear.columns()));
        List<String> inputs = List.of(x, linear.weight());
        if (linear.bias()) {
          graph.weight(linear.biasName(), List.of(linear.rows()));
          inputs = List.of(x, linear.weight(), linear.biasName());
        }
        return graph.node("Gemm", inputs, attribute("transB", 1));
      };

  /**
   * One linear, {@code y = x Wᵀ + b}.
   *
   * @param graph receives the nodes and declares the weights
   * @param x name of the input, [T, columns]
   * @return name of the output, [T, rows]
   */
  String add(OnnxGraph graph, String x, Linear linear);

  /**
   * A linear of a block.
   *
   * @param path its name inside the block, for example {@code self_attn.q_proj}
   * @param rows output features
   * @param columns input channels
   * @param bias whether it adds one, [rows]
   */
  record Linear(String path, long rows, long columns, boolean bias) {
    String weight() {
      return path + ".weight";
    }

    String biasName() {
      return path + ".bias";
    }
  }
}
