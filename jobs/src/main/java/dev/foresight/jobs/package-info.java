/** The main class that deployments name; each group of commands has a room of its own. */
package dev.foresight.jobs;
