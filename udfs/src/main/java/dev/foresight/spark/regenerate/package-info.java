/** Calibration text that a teacher rewrites, as tasks of a group of sources each. */
package dev.foresight.spark.regenerate;
