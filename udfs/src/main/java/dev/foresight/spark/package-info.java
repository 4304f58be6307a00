/**
 * Where Spark finds Foresight: the extension that deployments name. What runs on executors lives in
 * the rooms below; none of them may know this package.
 */
package dev.foresight.spark;
