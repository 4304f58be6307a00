/** Numbers and their files: types, safetensors in and out, sharded checkpoints. Knows no model. */
package dev.foresight.tensor;
