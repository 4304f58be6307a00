/** The tasks that quantize, a block each, and that check what was written. No forward pass here. */
package dev.foresight.spark.quantize;
