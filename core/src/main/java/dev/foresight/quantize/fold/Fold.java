package dev.foresight.quantize.fold;

/**
 * What absorbs the inverse of a role's scale, so that the float model stays the same function: the
 * producer of the role's activations.
 */
public sealed interface Fold permits NormFold, LinearFold, NoFold {}
