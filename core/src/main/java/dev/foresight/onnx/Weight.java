package dev.foresight.onnx;

import java.nio.FloatBuffer;

/**
 * Values for a placeholder of a graph.
 *
 * @param values direct, native order, row-major
 * @param shape sizes, outermost first
 */
@SuppressWarnings("ArrayRecordComponent") // handed straight to ONNX Runtime, never compared
public record Weight(FloatBuffer values, long[] shape) {}
