package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.jobs.Cli;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that were written, and what can become of them. */
public class VerifyCommandTest {
  private static final String BLOCK = "model-00003-of-00009.safetensors";

  @TempDir private Path folder;

  private Path quantize(Object... options) {
    Path out = folder.resolve("out");
    List<Object> all =
        new ArrayList<>(List.of("quantize", "--master", "local[2]", "--model", Cli.TINY));
    all.addAll(List.of("--method", "rtn", "--group", 64, "--out", out));
    all.addAll(List.of(options));
    Cli.Result result = Cli.run(all.toArray());
    assertThat(result.exitCode()).as(result.err()).isZero();
    return out;
  }

  private static Cli.Result verify(Path model) {
    return Cli.run("verify", "--master", "local[2]", model);
  }

  private static void assertRefused(Cli.Result result, String... parts) {
    assertThat(result.exitCode()).as(result.out()).isEqualTo(3);
    assertThat(result.err().lines()).hasSize(1);
    assertThat(result.err()).startsWith("foresight: ").contains(parts);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "compressed-tensors --symmetric --bits 3",
        "compressed-tensors --asymmetric --bits 4",
        "compressed-tensors --bits 3 --override down_proj=bits:8,group:128",
        "gptq_v2 --bits 3",
        "gptq --bits 4 --symmetric --symmetric-step narrow",
        "awq --bits 4",
        "dequantized --bits 2"
      })
  void everyContainerIsWhatWasWritten(String options) {
    Path out = quantize((Object[]) ("--container " + options).split(" "));
    Cli.Result result = verify(out);
    assertThat(result.exitCode()).as(result.err()).isZero();
    // 8 blocks of 7 linears
    assertThat(result.out()).contains("56 linears by codes and steps, 56 by their dequantized");
  }

  @Test
  void changedByteIsFoundByItsFile() throws IOException {
    Path out = quantize("--bits", 4);
    flip(out.resolve(BLOCK));
    assertRefused(verify(out), "is damaged", BLOCK + " was changed");
  }

  @Test
  void missingAndShortenedFilesAreFound() throws IOException {
    Path out = quantize("--bits", 4);
    byte[] bytes = Files.readAllBytes(out.resolve(BLOCK));
    Files.write(out.resolve(BLOCK), java.util.Arrays.copyOf(bytes, bytes.length - 8));
    Files.delete(out.resolve("tokenizer.json"));
    Cli.Result result = verify(out);
    assertRefused(result, "and 1 more");
    assertThat(result.out()).contains("tokenizer.json is missing", BLOCK + " has");
  }

  @Test
  void unfinishedFolderIsRefused() throws IOException {
    Path out = quantize("--bits", 4);
    Files.delete(out.resolve("_SUCCESS"));
    assertRefused(verify(out), "is not finished");
  }

  /** Without the hashes of files, those of the weights find the damage. */
  @Test
  void changedWeightsAreFoundByTheirLinear() throws IOException {
    Path out = quantize("--bits", 4);
    flip(out.resolve(BLOCK));
    Path report = out.resolve("report.json");
    String text = Files.readString(report);
    int files = text.lastIndexOf("\"files\""); // the first are those of the float model
    assertThat(files).isPositive();
    Files.writeString(report, text.substring(0, files) + "\"not_" + text.substring(files + 1));
    assertRefused(verify(out), "model.layers.1.", "not those that were written");
  }

  @Test
  void folderOfSomebodyElseIsCheckedForItself() throws IOException {
    Path out = quantize("--bits", 4);
    Files.delete(out.resolve("report.json"));
    Cli.Result result = verify(out);
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("no report of ours", "56 linears by codes and steps");
  }

  /** Changes a byte in the middle, where codes lie. */
  private static void flip(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 0x10;
    Files.write(file, bytes);
  }
}
