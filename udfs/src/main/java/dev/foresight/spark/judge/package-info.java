/** The tasks that judge a model by windows of text and by task rows. */
package dev.foresight.spark.judge;
