/**
 * Text generation as tasks: groups of prompts that do not depend on how many executors there are.
 */
package dev.foresight.spark.generate;
