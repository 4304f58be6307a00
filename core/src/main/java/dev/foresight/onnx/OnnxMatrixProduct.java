package dev.foresight.onnx;

import static dev.foresight.onnx.OnnxGraph.attribute;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * Matrix products by ONNX Runtime's kernels, one thread each, so that equal inputs give equal bits.
 * Safe for several threads.
 */
public final class OnnxMatrixProduct implements MatrixProduct, AutoCloseable {
  private final OrtSession session;
  private final FloatPool buffers = new FloatPool();

  /** Opens the session that serves all products. */
  public OnnxMatrixProduct() {
    OnnxGraph graph = new OnnxGraph("product");
    String a = graph.input("a", "m", "k");
    String b = graph.input("b", "n", "k");
    graph.output("product", "Gemm", List.of(a, b), attribute("transB", 1));
    this.session = OnnxEnvironment.session(graph.bytes(), Map.of(), 1, Scratch.KEPT);
  }

  @Override
  public Matrix timesTransposed(Matrix a, Matrix b) {
    if (a.columns() != b.columns()) {
      throw new IllegalArgumentException(
          "No product of [%d, %d] and the transpose of [%d, %d]"
              .formatted(a.rows(), a.columns(), b.rows(), b.columns()));
    }
    Matrix product = Matrix.zeros(a.rows(), b.rows());
    FloatBuffer left = copy(a);
    FloatBuffer right = copy(b);
    FloatBuffer out = buffers.take(product.values().length);
    try (OnnxTensor leftTensor = tensor(left, a.rows(), a.columns());
        OnnxTensor rightTensor = tensor(right, b.rows(), b.columns());
        OnnxTensor outTensor = tensor(out, a.rows(), b.rows())) {
      session.run(Map.of("a", leftTensor, "b", rightTensor), Map.of("product", outTensor)).close();
      out.get(product.values());
      return product;
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to multiply matrices", e);
    } finally {
      List.of(left, right, out).forEach(buffers::give);
    }
  }

  private FloatBuffer copy(Matrix matrix) {
    return buffers.take(matrix.values().length).put(matrix.values()).flip();
  }

  private static OnnxTensor tensor(FloatBuffer values, long rows, long columns)
      throws OrtException {
    return OnnxTensor.createTensor(OnnxEnvironment.get(), values, new long[] {rows, columns});
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime fails to close a session", e);
    }
  }
}
