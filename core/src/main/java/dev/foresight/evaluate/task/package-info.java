/**
 * Zero-shot tasks from local JSON lines, scored as EleutherAI's lm-evaluation-harness scores them.
 */
package dev.foresight.evaluate.task;
