/** {@code quantize} and {@code verify}: from a store to a model folder, and back to its report. */
package dev.foresight.jobs.quantize;
