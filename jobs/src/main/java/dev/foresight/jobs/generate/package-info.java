/** The command {@code generate}. */
package dev.foresight.jobs.generate;
