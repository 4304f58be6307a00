package dev.foresight.spark;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.apache.spark.broadcast.Broadcast;
import scala.Option;
import scala.reflect.ClassTag$;

/**
 * What a task finds of Spark around it, for tests that call one by itself: settings, and the
 * context of a task of one CPU. There is no session; what was there before is there again
 * afterwards.
 */
public final class BareExecutor implements AutoCloseable {
  private final SparkEnv before = SparkEnv.get();
  private final TaskContextImpl context = TaskContext$.MODULE$.empty();

  /** Stands in until it is closed. */
  public BareExecutor() {
    SparkConf conf = new SparkConf(false);
    SparkEnv.set(
        new SparkEnv("0", null, null, null, null, null, null, null, null, null, null, conf));
    TaskContext$.MODULE$.setTaskContext(context);
  }

  /** Tells those who listen that the task is over. */
  public void finishTask() {
    context.markTaskCompleted(Option.empty());
  }

  @Override
  public void close() {
    TaskContext$.MODULE$.unset();
    SparkEnv.set(before);
  }

  /** A value that is here already. */
  public static <T> Broadcast<T> broadcast(T value) {
    return new Here<>(value);
  }

  private static final class Here<T> extends Broadcast<T> {
    private static final long serialVersionUID = 1L;

    private final transient T value;

    Here(T value) {
      super(0, ClassTag$.MODULE$.apply(Object.class));
      this.value = value;
    }

    @Override
    public T getValue() {
      return value;
    }

    @Override
    public void doUnpersist(boolean blocking) {
      throw new UnsupportedOperationException("Tasks only read");
    }

    @Override
    public void doDestroy(boolean blocking) {
      throw new UnsupportedOperationException("Tasks only read");
    }
  }
}
