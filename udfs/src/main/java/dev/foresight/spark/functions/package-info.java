/** Functions for SQL, PySpark and Java, and transformers of data sets for other people's jobs. */
package dev.foresight.spark.functions;
