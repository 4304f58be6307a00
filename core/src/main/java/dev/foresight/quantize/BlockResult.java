package dev.foresight.quantize;

import dev.foresight.tensor.Matrix;
import java.util.List;
import java.util.Map;

/**
 * One block as it is to be written.
 *
 * @param linears quantized linears by path within the block
 * @param floats linears kept in float, scales multiplied in, values of the stored type
 * @param vectors norms and biases by tensor path, scales divided out, values of the stored type
 * @param reports one per linear, in the order of the roles
 */
public record BlockResult(
    Map<String, QuantizedLinear> linears,
    Map<String, Matrix> floats,
    Map<String, float[]> vectors,
    List<LinearReport> reports) {}
