package dev.foresight.spark.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.foresight.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class BuildIdTest {
  private static Path place(Class<?> witness) throws Exception {
    return Path.of(witness.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  /** By names and CRC-32 of the classes' bytes, wherever they lie. */
  private static void add(Path place, SortedMap<String, Long> classes) throws IOException {
    if (Files.isDirectory(place)) {
      try (Stream<Path> files = Files.walk(place)) {
        for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          classes.put(place.relativize(file).toString(), crc(Files.readAllBytes(file)));
        }
      }
      return;
    }
    try (JarFile jar = new JarFile(place.toFile())) {
      for (var entry : (Iterable<java.util.jar.JarEntry>) jar.stream()::iterator) {
        if (entry.getName().endsWith(".class")) {
          try (InputStream in = jar.getInputStream(entry)) {
            classes.put(entry.getName(), crc(in.readAllBytes()));
          }
        }
      }
    }
  }

  @Test
  void buildIsKnownByEveryClassOfCoreAndUdfs() throws Exception {
    SortedMap<String, Long> classes = new TreeMap<>();
    add(place(InputException.class), classes);
    add(place(BuildId.class), classes);
    assertThat(classes)
        .containsKey("dev/foresight/InputException.class")
        .containsKey("dev/foresight/spark/io/BuildId.class");
    classes.keySet().removeIf(name -> name.startsWith("dev/foresight/jobs/"));
    byte[] hash =
        java.security.MessageDigest.getInstance("SHA-256")
            .digest(classes.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(BuildId.get()).isEqualTo(HexFormat.of().formatHex(hash, 0, 8));
  }
}
