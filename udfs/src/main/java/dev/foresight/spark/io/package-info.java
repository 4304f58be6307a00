/**
 * Folders and files on any file system: names, atomic writes, model folders. Knows no store, no
 * corpus and no task.
 */
package dev.foresight.spark.io;
