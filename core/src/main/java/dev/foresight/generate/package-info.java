/**
 * Text that a model continues: a cache of keys and values, samplers, and the loop over many
 * sequences at once. Runs blocks, writes nothing.
 */
package dev.foresight.generate;
