/** What all commands share: settings, sessions, messages, output files. Knows no command. */
package dev.foresight.jobs.cli;
