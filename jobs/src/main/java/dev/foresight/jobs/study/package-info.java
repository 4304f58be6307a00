/** {@code study}, {@code presearch} and {@code demo}: many results of one store side by side. */
package dev.foresight.jobs.study;
