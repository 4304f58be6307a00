/** Which shards and slices of a sketch store count, and how much. Reads no statistic. */
package dev.foresight.spark.selection;
