/**
 * Templates in Jinja, read as Jinja2 reads them and walked through by Jinjava: words and
 * expressions of tags, white space around them, the tags themselves, and which names a part of a
 * template sees. Knows neither conversations nor files; what values are worth is {@link
 * dev.foresight.text.python}'s matter.
 */
package dev.foresight.text.jinja;
