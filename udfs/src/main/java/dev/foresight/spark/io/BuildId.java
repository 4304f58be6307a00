package dev.foresight.spark.io;

import dev.foresight.Hashing;
import dev.foresight.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Tells one build of the code from another: a hash of its classes, since two builds of a version in
 * progress bear the same number. What a run of another build left is never taken over.
 */
public final class BuildId {
  private static final String OURS = "dev/foresight/";
  private static final String COMMAND_LINE = OURS + "jobs/"; // decides no bytes by itself
  private static final String ID = of(InputException.class, BuildId.class);

  private BuildId() {}

  /** The same for the same classes of core and udfs, packed in jars or not. */
  public static String get() {
    return ID;
  }

  private static String of(Class<?>... witnesses) {
    TreeMap<String, Long> checksums = new TreeMap<>();
    TreeSet<Path> places = new TreeSet<>();
    try {
      for (Class<?> witness : witnesses) {
        places.add(Path.of(witness.getProtectionDomain().getCodeSource().getLocation().toURI()));
      }
      for (Path place : places) {
        if (Files.isDirectory(place)) {
          addFolder(place, checksums);
        } else {
          addJar(place, checksums);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
    return Hashing.sha256Hex(checksums.toString().getBytes(StandardCharsets.UTF_8))
        .substring(0, 16);
  }

  private static void add(String name, long checksum, TreeMap<String, Long> checksums) {
    if (name.startsWith(OURS) && !name.startsWith(COMMAND_LINE) && name.endsWith(".class")) {
      checksums.put(name, checksum);
    }
  }

  private static void addJar(Path jar, TreeMap<String, Long> checksums) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> all = file.entries(); all.hasMoreElements(); ) {
        JarEntry entry = all.nextElement();
        add(entry.getName(), entry.getCrc(), checksums);
      }
    }
  }

  private static void addFolder(Path folder, TreeMap<String, Long> checksums) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        CRC32 checksum = new CRC32();
        checksum.update(Files.readAllBytes(file));
        String name = folder.relativize(file).toString().replace('\\', '/');
        add(name, checksum.getValue(), checksums);
      }
    }
  }
}
