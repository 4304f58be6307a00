package dev.foresight.quantize.kernel;

import dev.foresight.InputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that share the rows of a linear. Rows are cut into chunks of a size that does not depend
 * on the number of threads, and what chunks found is added in their order: the bits are the same
 * for any number.
 */
public final class RowWorkers implements AutoCloseable {
  private final Kernels[] kernels;
  private final ExecutorService others;

  /**
   * @param threads at least 1: the calling one counts
   */
  public RowWorkers(int threads) {
    kernels = new Kernels[threads];
    Arrays.setAll(kernels, i -> Kernels.open());
    others =
        Executors.newFixedThreadPool(
            Math.max(1, threads - 1),
            task -> {
              Thread thread = new Thread(task, "foresight-rows");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** What is done with some rows. */
  public interface Task {
    /**
     * @param kernels for this call alone
     * @param from first row
     * @param rows how many
     * @return numbers to be added over all rows
     */
    double[] of(Kernels kernels, int from, int rows);
  }

  /**
   * @param rows of the linear
   * @param atOnce rows of a chunk
   * @return the sums of what the task returned
   */
  public double[] sum(int rows, int atOnce, Task task) {
    double[][] found = new double[(rows + atOnce - 1) / atOnce][];
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int worker = 1; worker < Math.min(kernels.length, found.length); worker++) {
      Kernels own = kernels[worker];
      running.add(others.submit(() -> work(own, rows, atOnce, task, next, found)));
    }
    work(kernels[0], rows, atOnce, task, next, found);
    running.forEach(RowWorkers::await);
    double[] sums = new double[found[0].length];
    for (double[] chunk : found) {
      for (int i = 0; i < sums.length; i++) {
        sums[i] += chunk[i];
      }
    }
    return sums;
  }

  private static void work(
      Kernels kernels, int rows, int atOnce, Task task, AtomicInteger next, double[][] found) {
    for (int chunk = next.getAndIncrement(); chunk < found.length; chunk = next.getAndIncrement()) {
      int from = chunk * atOnce;
      found[chunk] = task.of(kernels, from, Math.min(atOnce, rows - from));
    }
  }

  private static void await(Future<?> future) {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while rows were searched", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof InputException refusal) {
        throw refusal;
      }
      throw new IllegalStateException("A thread failed on its rows", e.getCause());
    }
  }

  @Override
  public void close() {
    others.shutdown();
  }
}
