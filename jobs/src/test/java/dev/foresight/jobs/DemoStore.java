package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * The store of {@link Cli#calibrate}, calibrated once for all tests of a JVM that read it only:
 * shards code and legal, each 4 and 2 sequences in two slices.
 */
public final class DemoStore {
  private static Path store;
  private static String said;

  private DemoStore() {}

  /** Where it lies; for reading. */
  public static synchronized Path path() {
    if (store == null) {
      Path folder = temporary();
      Cli.Result result = Cli.calibrate("local[2]", folder.resolve("sketches"));
      assertThat(result.exitCode()).as(result.err()).isZero();
      said = result.out();
      store = folder.resolve("sketches");
    }
    return store;
  }

  /** What calibrate printed. */
  static synchronized String said() {
    path();
    return said;
  }

  /** A copy that a test may change. */
  static Path copyTo(Path target) throws IOException {
    Path from = path();
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, target.resolve(from.relativize(file)));
      }
    }
    return target;
  }

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("foresight-demo-store");
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(folder.toFile())));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
