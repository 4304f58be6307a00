/** Inner loops over weights, plain and by vectors, with the same bits. Know nothing but numbers. */
package dev.foresight.quantize.kernel;
