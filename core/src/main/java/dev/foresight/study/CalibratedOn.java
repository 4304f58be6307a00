package dev.foresight.study;

import dev.foresight.Words;
import java.util.Comparator;

/**
 * Which part of a store a variant was calibrated on.
 *
 * @param kind how the part is chosen
 * @param name of the shard, seed of the draw or number of sequences; empty where the kind says all
 */
public record CalibratedOn(Kind kind, String name) implements Comparable<CalibratedOn> {
  private static final Comparator<CalibratedOn> ORDER =
      Comparator.comparing(CalibratedOn::kind)
          .thenComparingLong(CalibratedOn::number)
          .thenComparing(CalibratedOn::name);

  /** How a part of a store is chosen. */
  public enum Kind {
    /** No data at all: rounding to nearest needs none. */
    NOTHING("nothing"),
    /** Every shard. */
    ALL("all"),
    /** One shard: a biased calibration. */
    SHARD("shard"),
    /** Every shard but one. */
    WITHOUT("without"),
    /** As many shards as there are, drawn with replacement. */
    BOOTSTRAP("bootstrap"),
    /** The first sequences of every shard. */
    FIRST("first");

    private final String key;

    Kind(String key) {
      this.key = key;
    }

    /** The name in tables. */
    public String key() {
      return key;
    }

    private boolean named() {
      return this != NOTHING && this != ALL;
    }
  }

  public CalibratedOn {
    if (kind.named() == name.isEmpty()) {
      throw new IllegalArgumentException(
          Words.format("'%s' is no name of a calibration on %s", name, kind));
    }
  }

  /** No data. */
  public static CalibratedOn nothing() {
    return new CalibratedOn(Kind.NOTHING, "");
  }

  /** Every shard. */
  public static CalibratedOn all() {
    return new CalibratedOn(Kind.ALL, "");
  }

  /** For messages and axes: {@code all}, {@code code}, {@code without code}, {@code first 4}. */
  public String label() {
    return switch (kind) {
      case NOTHING, ALL -> kind.key();
      case SHARD -> name;
      case WITHOUT, BOOTSTRAP, FIRST -> kind.key() + " " + name;
    };
  }

  private long number() {
    return kind == Kind.BOOTSTRAP || kind == Kind.FIRST ? Long.parseLong(name) : 0;
  }

  @Override
  public int compareTo(CalibratedOn other) {
    return ORDER.compare(this, other);
  }
}
