package dev.foresight.text.jinja;

import dev.foresight.text.python.PythonValues;
import java.util.HashMap;
import java.util.Map;

/**
 * The names of a template, or of a part of it whose names don't leak. Jinjava's own scopes take a
 * name that is None for one that is not there.
 */
final class Scope {
  private final Scope outer;
  private final Map<String, Object> names = new HashMap<>();

  /**
   * @param outer whose names are seen, too; null if there is none
   */
  Scope(Scope outer) {
    this.outer = outer;
  }

  void set(String name, Object value) {
    names.put(name, value);
  }

  Object get(String name) {
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.names.containsKey(name)) {
        return scope.names.get(name);
      }
    }
    return new PythonValues.Undefined("'" + name + "'");
  }
}
