/** {@code calibrate}: from a corpus to a sketch store. */
package dev.foresight.jobs.calibrate;
