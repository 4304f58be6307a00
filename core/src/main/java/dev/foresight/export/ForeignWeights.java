package dev.foresight.export;

import dev.foresight.Words;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Files that hold weights, or the state of a training, by the ends of their names. */
final class ForeignWeights {
  private static final int SHOWN = 4;

  private static final Set<String> ENDS =
      Set.of(
          "safetensors",
          "bin",
          "pt",
          "pth",
          "ckpt",
          "gguf",
          "ggml",
          "onnx",
          "onnx_data",
          "data",
          "msgpack",
          "h5",
          "keras",
          "ot",
          "npz",
          "npy",
          "pkl",
          "pickle",
          "tflite",
          "mlmodel",
          "mlpackage",
          "engine",
          "plan",
          "nemo",
          "llamafile",
          "distcp",
          "tar",
          "gz",
          "zst",
          "zip");

  private ForeignWeights() {}

  static boolean are(String file) {
    return ENDS.contains(file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  /** The first of some names, and how many more there are. */
  static String some(List<String> names) {
    return names.size() <= SHOWN
        ? String.join(", ", names)
        : Words.format(
            "%s and %d more", String.join(", ", names.subList(0, SHOWN)), names.size() - SHOWN);
  }
}
