package dev.foresight.evaluate.task;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tasks, each with what decides a row and how many rows the set has that papers report.
 *
 * <p>Rendering, order of choices and metrics are those of lm-evaluation-harness 0.4
 * (lm_eval/tasks).
 */
public enum Task {
  /** Physical common sense, two solutions (Bisk et al., arXiv 1911.11641), validation. */
  PIQA(1838, Kind.CHOICES, OwnFields::piqa),
  /** Grade-school science, easy part (Clark et al., arXiv 1803.05457), test. */
  ARC_EASY(2376, Kind.CHOICES, OwnFields::arc),
  /** The same, the part that retrieval and co-occurrence get wrong, test. */
  ARC_CHALLENGE(1172, Kind.CHOICES, OwnFields::arc),
  /** Endings of everyday scenes (Zellers et al., arXiv 1905.07830), validation. */
  HELLASWAG(10042, Kind.CHOICES, OwnFields::hellaSwag),
  /** The last word of a passage (Paperno et al., arXiv 1606.06031), test. */
  LAMBADA(5153, Kind.EXACT, OwnFields::lambada),
  /** Whom a pronoun means (Sakaguchi et al., arXiv 1907.10641), partial evaluation, validation. */
  WINOGRANDE(1267, Kind.CONTEXTS, OwnFields::winoGrande),
  /** Yes or no about a passage (Clark et al., arXiv 1905.10044), validation. */
  BOOLQ(3270, Kind.ANSWERS, OwnFields::boolQ);

  /** What decides a row. */
  enum Kind {
    /** Choices of several lengths behind one context: acc and acc_norm. */
    CHOICES,
    /** The same answers for every row: acc. */
    ANSWERS,
    /** One continuation behind several contexts: acc. */
    CONTEXTS,
    /** A continuation whose every token must be the most likely: acc and perplexity. */
    EXACT
  }

  private final int rows;
  private final Kind kind;
  private final Function<RowFields, Document> ownFields;

  Task(int rows, Kind kind, Function<RowFields, Document> ownFields) {
    this.rows = rows;
    this.kind = kind;
    this.ownFields = ownFields;
  }

  /** The name in settings and reports, for example {@code arc_easy}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws InputException if there is none of this name; the message lists all
   */
  public static Task named(String key) {
    return Arrays.stream(values())
        .filter(task -> task.key().equals(key))
        .findFirst()
        .orElseThrow(
            () ->
                new InputException(
                    Words.format("--task %s is unknown: choose one of %s.", key,
                            Arrays.stream(values())
                                .map(Task::key)
                                .collect(Collectors.joining(", ")))));
  }

  /** Rows of the whole set. */
  int rows() {
    return rows;
  }

  Kind kind() {
    return kind;
  }

  /** Reads a row by the names that the data set itself uses. */
  Document ownFields(RowFields row) {
    return ownFields.apply(row);
  }
}
