/**
 * The sketch store: its tables, commits, runs, copies, and the choice of what counts. Runs no
 * model.
 */
package dev.foresight.spark.store;
