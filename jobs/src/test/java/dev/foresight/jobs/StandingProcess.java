package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Commands in JVMs of their own that stand still at a file of {@link FaultyFileSystem}. */
public final class StandingProcess {
  /** For JVMs that end before C2 has paid: nearly half of their time is its. */
  static final String SHORT_LIVED =
      "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dforesight.kernels=plain";

  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private StandingProcess() {}

  /** Runs a command until it stands still, then kills it as {@code kill -9} does. */
  static void killed(String pauseAt, Path marker, Object... arguments) throws Exception {
    Process process = start(pauseAt, marker, arguments);
    try {
      await(marker, process::isAlive);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  /**
   * Starts a command that will stand still; what it says goes into driver.log beside the marker.
   */
  public static Process start(String pauseAt, Path marker, Object... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> !argument.matches("-agentlib.*|-javaagent.*|-XX:[+]Use.*GC"))
        .forEach(command::add);
    command.addAll(List.of(SHORT_LIVED.split(" ")));
    FaultyFileSystem.settings(pauseAt, marker)
        .forEach((name, value) -> command.add("-D%s=%s".formatted(name, value)));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Foresight.class.getName());
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(marker.resolveSibling("driver.log").toFile())
        .start();
  }

  /** Waits until a writer stands still, and tells its process; fails if the run ends before. */
  public static long await(Path marker, BooleanSupplier running) throws Exception {
    Path pid = marker.resolveSibling(marker.getFileName() + ".pid");
    Instant end = Instant.now().plus(PATIENCE);
    while (!Files.exists(pid) || Files.size(pid) == 0) {
      assertThat(running.getAsBoolean()).as("the run goes on until somebody stands still").isTrue();
      assertThat(Instant.now()).as("nobody came to the file").isBefore(end);
      Thread.sleep(20);
    }
    return Long.parseLong(Files.readString(pid));
  }
}
