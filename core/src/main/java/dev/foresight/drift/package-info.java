/** How far two calibrations of one model are apart, and whether one saw enough. */
package dev.foresight.drift;
