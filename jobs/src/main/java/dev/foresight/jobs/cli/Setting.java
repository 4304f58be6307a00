package dev.foresight.jobs.cli;

/**
 * What was said about an option elsewhere than on the command line.
 *
 * @param value as it would stand on the command line
 * @param origin who said it, for people
 */
record Setting(String value, String origin) {}
