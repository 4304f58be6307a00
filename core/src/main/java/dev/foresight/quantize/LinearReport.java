package dev.foresight.quantize;

import dev.foresight.model.Role;

/**
 * What became of one linear. Losses are those that decided (diagonal or sampled), of this linear
 * alone, before the errors of others; NaN where there were no statistics.
 *
 * @param linear path within the block
 * @param role the input it reads
 * @param alpha exponent of the scale that won; 0 where s ≡ 1 won; NaN where none was searched
 * @param roundLoss loss of plain rounding, s ≡ 1
 * @param scaleLoss loss with the winning scale, before folding rounds it and before clip; with
 *     weighted steps, where scales were compared under them, otherwise with those of whole ranges
 * @param finalLoss loss of what is written
 * @param clipShare share of its groups whose range was shrunk, 0 to 1
 * @param shrinkage λ under which codes compensate, a mean over its rows; NaN where none does
 * @param correction α, the share of what earlier quantized linears do to its output that its target
 *     makes good, a mean over its rows; NaN where none is made good
 * @param bits width of a code; 0 where the linear stays in float
 */
public record LinearReport(
    String linear,
    Role role,
    double alpha,
    double roundLoss,
    double scaleLoss,
    double finalLoss,
    double clipShare,
    double shrinkage,
    double correction,
    int bits)
    implements java.io.Serializable {}
