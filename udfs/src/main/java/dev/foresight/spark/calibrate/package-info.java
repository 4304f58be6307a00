/** The tasks of a calibration: documents to sequences, slices through the blocks of a model. */
package dev.foresight.spark.calibrate;
