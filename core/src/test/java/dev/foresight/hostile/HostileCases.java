package dev.foresight.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.foresight.InputException;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Runs a reader over spoilt input, case by case from a printed seed, and holds it to what it
 * promises: it reads, or it throws {@link InputException} with a message; it takes memory in
 * proportion to what is there, never to what the input says; and it comes to an end.
 *
 * <p>{@code -Dforesight.hostile.cases=100000} runs more cases than a build does.
 */
public final class HostileCases {
  private static final int CASES = Integer.getInteger("foresight.hostile.cases", 5_000);
  private static final long SEED = 20260202;
  private static final long FIXED_BYTES = 2 << 20; // stack traces, JSON buffers, tables of a class
  private static final long BYTES_A_BYTE = 64; // a 2-bit code is 16 bytes of floats, and a copy
  private static final long NANOS = 2_000_000_000L; // of CPU
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private HostileCases() {}

  /** Makes one case. */
  @FunctionalInterface
  public interface Maker {
    Case make(Spoiler spoiler) throws Exception;
  }

  /** Reads one input to its end. */
  @FunctionalInterface
  public interface Reading {
    void run() throws Exception;
  }

  /**
   * One input and how it is read.
   *
   * @param bytes how long it is
   */
  public record Case(long bytes, Reading reading) {}

  /** As many cases as a build or the command line asks for. */
  public static void run(String what, Maker maker) {
    run(what, CASES, FIXED_BYTES, Set.of(), maker, new int[0]);
  }

  /**
   * A part of them, for readers that are slow.
   *
   * @param fixedBytes that a reader may take whatever it reads
   * @param also what it may throw besides
   * @param found numbers of cases that broke a promise once, read again however few are asked for
   */
  public static void runSome(
      String what, int part, long fixedBytes, Set<Class<?>> also, Maker maker, int... found) {
    run(what, Math.max(1, CASES / part), fixedBytes, also, maker, found);
  }

  private static void run(
      String what, int cases, long fixedBytes, Set<Class<?>> also, Maker maker, int[] found) {
    int read = 0;
    long most = 0;
    Map<String, AssertionError> broken = new LinkedHashMap<>();
    int[] numbers =
        IntStream.concat(IntStream.range(0, cases), IntStream.of(found)).distinct().toArray();
    for (int number : numbers) {
      Case spoilt = make(maker, number);
      Outcome outcome = read(spoilt.reading());
      read += outcome.thrown() == null ? 1 : 0;
      most = Math.max(most, outcome.allocated());
      String name = "%s, case %d of seed %d".formatted(what, number, SEED);
      outcome
          .broken(fixedBytes + BYTES_A_BYTE * spoilt.bytes(), also)
          .ifPresent(
              promise ->
                  broken.putIfAbsent(
                      promise + " at " + outcome.place(),
                      new AssertionError(name + " " + promise, outcome.thrown())));
    }
    System.out.printf(
        "hostile %s: %,d cases of seed %d, %,d read, %,d refused, at most %,d bytes allocated%n",
        what, numbers.length, SEED, read, numbers.length - read, most);
    assertThat(broken.values()).as("kinds of cases that broke a promise").isEmpty();
    assertThat(read).as("cases that were read").isLessThan(numbers.length);
  }

  private static Outcome read(Reading reading) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Throwable thrown = null;
    try {
      reading.run();
    } catch (Throwable t) { // errors too: a reader that runs out of memory or stack is broken
      thrown = t;
    }
    return new Outcome(
        thrown,
        THREADS.getCurrentThreadAllocatedBytes() - before,
        THREADS.getCurrentThreadCpuTime() - cpu);
  }

  private record Outcome(Throwable thrown, long allocated, long nanos) {
    /** Which promise was broken, if one was. */
    Optional<String> broken(long allowed, Set<Class<?>> also) {
      if (thrown != null && !isDocumented(also)) {
        return Optional.of("threw " + thrown.getClass().getName());
      }
      if (thrown instanceof Exception
          && (thrown.getMessage() == null || thrown.getMessage().isBlank())) {
        return Optional.of("was refused without a message");
      }
      if (allocated > allowed) {
        return Optional.of("allocated more than %d bytes".formatted(allowed));
      }
      return nanos > NANOS
          ? Optional.of("took more than %d s of CPU".formatted(NANOS / 1_000_000_000))
          : Optional.empty();
    }

    private boolean isDocumented(Set<Class<?>> also) {
      return thrown instanceof InputException || also.stream().anyMatch(c -> c.isInstance(thrown));
    }

    /** Where it was thrown, so that many cases of one kind are told once. */
    String place() {
      return thrown == null || thrown.getStackTrace().length == 0
          ? ""
          : thrown.getStackTrace()[0].toString();
    }
  }

  private static Case make(Maker maker, int number) {
    try {
      return maker.make(new Spoiler(SEED * 1_000_003 + number));
    } catch (Exception e) {
      throw new IllegalStateException("case %d can't be made".formatted(number), e);
    }
  }
}
