/**
 * What many calibrations of one model say together: variants, paired windows, statistics of bias.
 */
package dev.foresight.study;
