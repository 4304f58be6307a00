package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/** {@code conf/jvm-options}, which bin/foresight, the tests and the scripts read. */
class JvmOptionsTest {
  private static List<String> options() throws IOException {
    return Files.readAllLines(Path.of("../conf/jvm-options")).stream()
        .filter(line -> !line.startsWith("#"))
        .toList();
  }

  @Test
  void optionsHoldAllThatSparksLauncherAsksFor() throws IOException {
    assertThat(options()).contains(JavaModuleOptions.defaultModuleOptionArray());
  }

  @Test
  void testsRunUnderTheOptionsOfTheFile() throws IOException {
    assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments()).containsAll(options());
  }
}
