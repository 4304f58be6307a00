/** Text to sequences: tokenizer, chat templates, packing. Knows no model beyond its folder. */
package dev.foresight.text;
