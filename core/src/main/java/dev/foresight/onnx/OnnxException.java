package dev.foresight.onnx;

import ai.onnxruntime.OrtException;

/** ONNX Runtime failed for a reason that no input explains. */
public final class OnnxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OnnxException(String what, OrtException cause) {
    super(what + ": " + cause.getMessage(), cause);
  }
}
