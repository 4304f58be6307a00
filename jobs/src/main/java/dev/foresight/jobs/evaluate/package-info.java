/** {@code evaluate} and {@code compare}: how good a folder is, and whether one is better. */
package dev.foresight.jobs.evaluate;
