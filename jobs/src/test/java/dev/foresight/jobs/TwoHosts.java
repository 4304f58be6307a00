package dev.foresight.jobs;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master$;
import org.apache.spark.deploy.worker.Worker$;
import org.apache.spark.rpc.RpcEnv;
import scala.Option;

/**
 * A standalone cluster of two workers with addresses of their own, each of one core: Spark starts
 * no speculative copy on the host that already runs the task, and all workers of {@code
 * local-cluster} are one host.
 */
final class TwoHosts implements AutoCloseable {
  private final RpcEnv master;
  private final List<RpcEnv> workers;

  private TwoHosts(RpcEnv master, List<RpcEnv> workers) {
    this.master = master;
    this.workers = workers;
  }

  /**
   * Starts master and workers in this process; executors are processes of their own.
   *
   * @param folder for the workers' files
   * @param megabytes of a worker
   */
  static TwoHosts start(Path folder, int megabytes) {
    SparkConf conf = new SparkConf(false).set("spark.ui.enabled", "false");
    RpcEnv master = Master$.MODULE$.startRpcEnvAndEndpoint("127.0.0.1", 0, 0, conf)._1();
    String[] masters = {"spark://" + master.address().hostPort()};
    return new TwoHosts(
        master,
        List.of(
            worker("127.0.0.2", masters, folder, megabytes, conf),
            worker("127.0.0.3", masters, folder, megabytes, conf)));
  }

  private static RpcEnv worker(
      String host, String[] masters, Path folder, int megabytes, SparkConf conf) {
    String files = folder.resolve(host).toString();
    return Worker$.MODULE$.startRpcEnvAndEndpoint(
        host, 0, 0, 1, megabytes, masters, files, Option.apply(0), conf, Option.empty());
  }

  /** For {@code --master}. */
  String url() {
    return "spark://" + master.address().hostPort();
  }

  @Override
  public void close() {
    workers.forEach(RpcEnv::shutdown);
    workers.forEach(RpcEnv::awaitTermination);
    master.shutdown();
    master.awaitTermination();
  }
}
