/** The tasks that search a future window for a family of models. */
package dev.foresight.spark.presearch;
