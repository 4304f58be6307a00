package dev.foresight.spark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Names the kind of CPU: kernels are chosen by it, and with them the last bits of a sum. */
public final class Cpu {
  private static final List<String> DECISIVE =
      List.of("avx", "fma", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_tile", "asimd");

  private Cpu() {}

  /** Architecture and the instruction sets that matrix kernels ask for. */
  public static String kind() {
    return System.getProperty("os.arch") + " " + features();
  }

  private static String features() {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return "unknown";
    }
    try {
      Set<String> flags =
          Files.readAllLines(info).stream()
              .filter(line -> line.matches("(flags|Features)\\s*:.*"))
              .limit(1)
              .flatMap(line -> Arrays.stream(line.split("\\s+")))
              .collect(Collectors.toSet());
      return DECISIVE.stream().filter(flags::contains).collect(Collectors.joining("+"));
    } catch (IOException e) {
      return "unknown"; // some containers hide it; the kind is a hint in a report, nothing more
    }
  }
}
