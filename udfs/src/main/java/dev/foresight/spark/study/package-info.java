/** The tasks of a study: a cell is one variant on one domain. */
package dev.foresight.spark.study;
