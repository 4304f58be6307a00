package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.Cli;
import dev.foresight.jobs.FaultyFileSystem;
import dev.foresight.jobs.StandingProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopTest {
  @TempDir private Path folder;

  @Test
  void messageSaysWhetherTheWorkSoFarWasInVain() {
    assertThat(Stop.message("calibrate", "--model", "m")).contains("goes on where it stopped");
    assertThat(Stop.message("study", "--overwrite")).contains("without --overwrite");
    assertThat(Stop.message("evaluate")).contains("nothing half-written").doesNotContain("goes on");
    assertThat(Stop.message()).contains("stopped");
  }

  @Test
  void stoppedRunSaysOneLineEndsWith130Or143AndGoesOn() throws Exception {
    Path out = folder.resolve("out");
    Path marker = Files.createDirectory(folder.resolve("marker")).resolve("marker");
    Object[] arguments = {
      "quantize",
      "--master",
      "local[1]",
      "--model",
      Cli.TINY,
      "--method",
      "rtn",
      "--bits",
      3,
      "--out",
      FaultyFileSystem.uri(out)
    };
    boolean interrupt = !ignoresInterrupt();
    Process process = StandingProcess.start("model-00005-of-00009.safetensors", marker, arguments);
    try {
      StandingProcess.await(marker, process::isAlive);
      new ProcessBuilder("kill", interrupt ? "-INT" : "-TERM", Long.toString(process.pid()))
          .start()
          .waitFor();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> said = Files.readAllLines(marker.resolveSibling("driver.log"));
    assertThat(said).last().asString().startsWith("foresight: stopped;").contains("goes on");
    assertThat(said).noneMatch(line -> line.contains("\tat ") || line.contains("Exception"));
    assertThat(process.exitValue()).isEqualTo(interrupt ? 130 : 143);

    arguments[arguments.length - 1] = out;
    Cli.Result resumed = Cli.run(arguments);
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Took over 3 blocks");
  }

  /**
   * Whether Ctrl-C is ignored here, as for what a shell runs in the background: what we start then
   * ignores it too, and must.
   */
  private static boolean ignoresInterrupt() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String mask =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElse("SigIgn: 0")
            .replaceFirst("SigIgn:\\s*", "");
    return (Long.parseUnsignedLong(mask, 16) >> 1 & 1) == 1; // bit n - 1 of signal n
  }
}
