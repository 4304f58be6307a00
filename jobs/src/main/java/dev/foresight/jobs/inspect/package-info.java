/** {@code inspect}, {@code run} and {@code export-blocks}: a look into a model folder. */
package dev.foresight.jobs.inspect;
