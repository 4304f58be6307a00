package dev.foresight.quantize;

/**
 * What the groups of a linear will be rounded by.
 *
 * @param steps one per group, row by row, values of the grid's step type
 * @param zeros zero points, likewise, unsigned
 * @param searched share of the groups whose step is not that of their whole range, 0 to 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record GroupSteps(float[] steps, byte[] zeros, double searched) {}
