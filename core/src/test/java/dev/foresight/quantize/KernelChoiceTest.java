package dev.foresight.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Other processes, because the kernels are chosen once. */
class KernelChoiceTest {
  private static final String MODULE = "--add-modules=jdk.incubator.vector";

  @Test
  void blockHasTheSameBitsWithVectorsAndWithoutThem() throws Exception {
    String digest = BlockDigest.digest();
    assertThat(run(MODULE)).isEqualTo("VectorKernels " + digest);
    assertThat(run(MODULE, "-Dforesight.kernels=plain")).isEqualTo("PlainKernels " + digest);
  }

  @Test
  void processWithoutTheModuleUsesPlainKernels() throws Exception {
    assertThat(run()).isEqualTo("PlainKernels " + BlockDigest.digest());
  }

  private static String run(String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(options));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), BlockDigest.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out.strip();
  }
}
