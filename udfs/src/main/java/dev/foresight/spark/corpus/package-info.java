/** Calibration text from files and tables, as rows of (shard, text). */
package dev.foresight.spark.corpus;
