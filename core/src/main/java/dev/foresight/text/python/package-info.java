/**
 * Python's values as templates meet them: truth, comparison, arithmetic, text, JSON, attributes and
 * items, and the filters, tests, functions and methods of Jinja2 that are known here. Whatever
 * Python would do otherwise is refused. Knows neither templates nor the engine that reads them.
 */
package dev.foresight.text.python;
