package dev.foresight.text.jinja;

/** An expression of a template, read once and worth what Python gives for it. */
@FunctionalInterface
interface Expression {
  /** None is null. */
  Object value(PythonInterpreter in);
}
