/** {@code sketches …} and {@code export-imatrix}: what is done with stores without a plan. */
package dev.foresight.jobs.sketches;
