package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutorCoresTest {
  private static SparkConf master(String master) {
    return new SparkConf(false).set("spark.master", master);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"local|1", "local[3]|3", "local[3,2]|3", "local-cluster[2,5,1024]|5", "yarn|1"})
  void coresOfMaster(String master, int cores) {
    assertThat(ExecutorCores.of(master(master))).isEqualTo(cores);
  }

  @Test
  void starIsAllCoresOfTheMachine() {
    assertThat(ExecutorCores.of(master("local[*]")))
        .isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  /** Twelve cores, five a task: two tasks. */
  @Test
  void tasksShareTheCoresOfAnExecutor() {
    SparkConf conf = master("k8s://x").set("spark.executor.cores", "12");
    assertThat(ExecutorCores.of(conf)).isEqualTo(12);
    assertThat(ExecutorCores.tasks(conf.set("spark.task.cpus", "5"))).isEqualTo(2);
    assertThat(ExecutorCores.tasks(conf.set("spark.task.cpus", "16"))).isEqualTo(1);
  }
}
