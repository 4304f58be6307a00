package dev.foresight.onnx;

import static dev.foresight.onnx.graph.OnnxGraph.attribute;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.foresight.onnx.OnnxEnvironment.Scratch;
import dev.foresight.onnx.graph.OnnxGraph;
import dev.foresight.tensor.Matrix;
import dev.foresight.tensor.MatrixProduct;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/**
 * Matrix products by ONNX Runtime's kernels, one thread each, so that equal inputs give equal bits.
 * Safe for several threads.
 *
 * <p>ONNX Runtime takes memory outside the heap only, so the matrix that changes is copied in and
 * the product out, by buffers that are used again; a factor is copied once.
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
  public Factor left(Matrix a) {
    return new Kept(a, true);
  }

  @Override
  public Factor right(Matrix b) {
    return new Kept(b, false);
  }

  private final class Kept implements Factor {
    private final int rows;
    private final int columns;
    private final boolean left;
    private final FloatBuffer values;
    private final OnnxTensor tensor;

    Kept(Matrix matrix, boolean left) {
      this.left = left;
      rows = matrix.rows();
      columns = matrix.columns();
      values = buffers.take(matrix.values().length).put(matrix.values()).flip();
      try {
        tensor = tensor(values, rows, columns);
      } catch (OrtException e) {
        throw new OnnxException("ONNX Runtime refuses a matrix", e);
      }
    }

    @Override
    public void times(float[] other, int otherRows, float[] product) {
      FloatBuffer in = buffers.take(otherRows * columns).put(other, 0, otherRows * columns).flip();
      FloatBuffer out = buffers.take(rows * otherRows);
      try (OnnxTensor inTensor = tensor(in, otherRows, columns);
          OnnxTensor outTensor =
              left ? tensor(out, rows, otherRows) : tensor(out, otherRows, rows)) {
        Map<String, OnnxTensor> inputs =
            left ? Map.of("a", tensor, "b", inTensor) : Map.of("a", inTensor, "b", tensor);
        session.run(inputs, Map.of("product", outTensor)).close();
        out.get(product, 0, rows * otherRows);
      } catch (OrtException e) {
        throw new OnnxException("ONNX Runtime fails to multiply matrices", e);
      } finally {
        buffers.give(in);
        buffers.give(out);
      }
    }

    @Override
    public void close() {
      tensor.close();
      buffers.give(values);
    }
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
