package dev.foresight.spark.corpus;

import java.util.Collections;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.util.AccumulatorV2;

/**
 * What the tasks that read a corpus have met. It holds sets and marks, so that a task that Spark
 * runs twice changes nothing but {@link #likelyKey}'s odds.
 */
final class Seen extends AccumulatorV2<String, Set<String>> {
  private static final long serialVersionUID = 1L;
  private static final int MAX_KEYS = 40;
  private static final int MAX_ROWS = 1000; // of a task, whose keys are looked at

  private final TreeSet<String> files = new TreeSet<>();
  private final TreeMap<String, Long> others = new TreeMap<>();
  private boolean documents;
  private boolean key;
  private int rows;

  /** A row of a file was read. */
  @Override
  public void add(String file) {
    files.add(file);
  }

  /** A row was a document. */
  void document() {
    documents = true;
  }

  /** A row, or the columns of a file, has what {@code --text-column} names. */
  void key() {
    key = true;
  }

  /** Whether the keys of one more row without it are wanted. */
  boolean wantsOthers() {
    return !key && rows < MAX_ROWS;
  }

  /**
   * A row has other keys.
   *
   * @param lengths of their texts, 0 where the value is neither text nor conversation
   */
  void others(Map<String, Long> lengths) {
    rows++;
    lengths.forEach(
        (name, length) -> {
          if (others.containsKey(name) || others.size() < MAX_KEYS) {
            others.merge(name, length, Long::sum);
          }
        });
  }

  boolean anyDocument() {
    return documents;
  }

  boolean anyKey() {
    return key;
  }

  Set<String> otherKeys() {
    return Collections.unmodifiableSet(others.keySet());
  }

  /** The key that holds most text, if any holds text. */
  Optional<String> likelyKey() {
    return others.entrySet().stream()
        .filter(other -> other.getValue() > 0)
        .max(Comparator.comparing(Map.Entry<String, Long>::getValue))
        .map(Map.Entry::getKey);
  }

  @Override
  public Set<String> value() {
    return Collections.unmodifiableSet(files);
  }

  @Override
  public boolean isZero() {
    return files.isEmpty() && others.isEmpty() && !documents && !key;
  }

  @Override
  public Seen copy() {
    Seen copy = new Seen();
    copy.merge(this);
    copy.rows = rows;
    return copy;
  }

  @Override
  public void reset() {
    files.clear();
    others.clear();
    documents = false;
    key = false;
    rows = 0;
  }

  @Override
  public void merge(AccumulatorV2<String, Set<String>> other) {
    Seen seen = (Seen) other;
    files.addAll(seen.files);
    documents |= seen.documents;
    key |= seen.key;
    int before = rows;
    others(seen.others);
    rows = before;
  }
}
