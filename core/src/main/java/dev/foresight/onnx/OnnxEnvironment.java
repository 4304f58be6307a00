package dev.foresight.onnx;

import ai.djl.engine.Engine;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.foresight.NativeCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The process's ONNX Runtime, created by DJL's engine, and the sessions of weightless graphs.
 *
 * <p>DJL must come first: if anyone else has created the environment, its engine fails to start.
 * Neither DJL nor ONNX Runtime may call home, so what keeps them from it is set before they load.
 */
public final class OnnxEnvironment {
  private static final Map<String, String> SWITCHES =
      Map.of(
          // Sessions bring their own threads; the engine's pools would stand idle
          "ai.djl.onnxruntime.num_threads", "1",
          "ai.djl.onnxruntime.num_interop_threads", "1");

  /** Memory for the values inside a graph. */
  public enum Scratch {
    /** Stays with the session for its next run: fast, for sessions of which there is one. */
    KEPT,
    /**
     * Goes back after each run, which takes up to a tenth longer. A resident model has a session
     * for each block, and each would keep what a batch needs.
     */
    FREED
  }

  private OnnxEnvironment() {}

  private static final class Holder {
    static final OrtEnvironment ENVIRONMENT = create();

    private static OrtEnvironment create() {
      NativeCode.prepare();
      SWITCHES.forEach(
          (key, value) -> {
            if (System.getProperty(key) == null) {
              System.setProperty(key, value);
            }
          });
      Engine.getEngine("OnnxRuntime");
      OrtEnvironment environment = OrtEnvironment.getEnvironment();
      try {
        environment.setTelemetry(false);
      } catch (OrtException e) {
        throw new OnnxException("ONNX Runtime refuses to switch its telemetry off", e);
      }
      return environment;
    }
  }

  public static OrtEnvironment get() {
    return Holder.ENVIRONMENT;
  }

  /**
   * A session of a graph whose weights are placeholders.
   *
   * @param graph bytes of the ONNX model
   * @param weights values for the placeholders; ONNX Runtime copies them, so the buffers are free
   *     again on return
   * @param threads threads inside one operator
   * @param scratch what becomes of the memory that a run needs
   */
  public static OrtSession session(
      byte[] graph, Map<String, Weight> weights, int threads, Scratch scratch) {
    List<OnnxTensor> tensors = new ArrayList<>();
    try (SessionOptions options = options(threads, scratch)) {
      Map<String, OnnxTensorLike> initializers = new HashMap<>();
      for (Map.Entry<String, Weight> weight : weights.entrySet()) {
        OnnxTensor tensor =
            OnnxTensor.createTensor(get(), weight.getValue().values(), weight.getValue().shape());
        tensors.add(tensor);
        initializers.put(weight.getKey(), tensor);
      }
      options.addExternalInitializers(initializers);
      return get().createSession(graph, options);
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime can't create a session", e);
    } finally {
      tensors.forEach(OnnxTensor::close);
    }
  }

  /**
   * A session of a graph whose weights lie in files, which stay mapped as long as it is open.
   *
   * @param graph bytes of the ONNX model
   * @param folder where the files are that the graph names
   * @param repack whether to lay the weights out anew, in memory of the session's own
   * @param threads threads inside one operator
   * @param scratch what becomes of the memory that a run needs
   */
  public static OrtSession session(
      byte[] graph, Path folder, boolean repack, int threads, Scratch scratch) {
    try (SessionOptions options = options(threads, scratch)) {
      options.addConfigEntry(
          "session.model_external_initializers_file_folder_path", folder.toString());
      options.addConfigEntry("session.disable_prepacking", repack ? "0" : "1");
      return get().createSession(graph, options);
    } catch (OrtException e) {
      throw new OnnxException("ONNX Runtime can't create a session", e);
    }
  }

  private static SessionOptions options(int threads, Scratch scratch) throws OrtException {
    SessionOptions options = new SessionOptions();
    options.setIntraOpNumThreads(threads);
    options.setInterOpNumThreads(1);
    options.addConfigEntry("session.intra_op.allow_spinning", "0");
    options.setCPUArenaAllocator(scratch == Scratch.KEPT);
    return options;
  }
}
