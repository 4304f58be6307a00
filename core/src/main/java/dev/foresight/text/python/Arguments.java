package dev.foresight.text.python;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a call is given. */
public record Arguments(List<Object> positional, Map<String, Object> named) {
  /** Stands for an argument that is not given. */
  public static final Object ABSENT = new Object();

  /**
   * The arguments in the order of these names; absent ones are {@link #ABSENT}.
   *
   * @param what is called, for messages
   * @throws RefusedException if there are others
   */
  public List<Object> in(String what, String... names) {
    List<Object> values = new ArrayList<>(positional);
    Map<String, Object> rest = new LinkedHashMap<>(named);
    for (int i = values.size(); i < names.length; i++) {
      values.add(rest.containsKey(names[i]) ? rest.remove(names[i]) : ABSENT);
    }
    if (values.size() > names.length || !rest.isEmpty()) {
      throw RefusedException.of(
          "it calls %s with %d arguments%s, which is not known here",
          what, positional.size() + named.size(), rest.isEmpty() ? "" : " " + rest.keySet());
    }
    return values;
  }

  /** The only argument. */
  Object one(String what) {
    return required(in(what, "").get(0), what);
  }

  void none(String what) {
    in(what);
  }

  static Object required(Object value, String what) {
    if (value == ABSENT) {
      throw RefusedException.of("it calls %s without an argument that it needs", what);
    }
    return value;
  }

  static Object or(Object value, Object otherwise) {
    return value == ABSENT ? otherwise : value;
  }
}
