/** Containers: how codes, steps and zero points lie in files, one class each, written and read. */
package dev.foresight.export;
