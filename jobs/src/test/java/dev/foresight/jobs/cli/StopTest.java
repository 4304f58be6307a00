package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.Cli;
import dev.foresight.jobs.FaultyFileSystem;
import dev.foresight.jobs.StandingProcess;
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
  void interruptedRunSaysOneLineEndsWith130AndGoesOn() throws Exception {
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
    Process process = StandingProcess.start("model-00005-of-00009.safetensors", marker, arguments);
    try {
      StandingProcess.await(marker, process::isAlive);
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> said = Files.readAllLines(marker.resolveSibling("driver.log"));
    assertThat(said).last().asString().startsWith("foresight: stopped;").contains("goes on");
    assertThat(said).noneMatch(line -> line.contains("\tat ") || line.contains("Exception"));
    assertThat(process.exitValue()).isEqualTo(130);

    arguments[arguments.length - 1] = out;
    Cli.Result resumed = Cli.run(arguments);
    assertThat(resumed.exitCode()).as(resumed.err()).isZero();
    assertThat(resumed.out()).contains("Took over 3 blocks");
  }
}
