/** From mean magnitudes of the channels of all blocks to the scores that the search works with. */
package dev.foresight.importance;
