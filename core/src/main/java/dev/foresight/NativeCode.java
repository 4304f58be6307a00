package dev.foresight;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where DJL unpacks its native code, and that it neither reports use nor looks for downloads.
 *
 * <p>It unpacks into {@code ~/.djl.ai}. Where the home can't be written, as in many containers, it
 * takes {@code /tmp/.djl.ai}, which any other user may have filled with a library of his own; so a
 * process without a home gets a folder for its owner alone, which goes when the process ends.
 */
public final class NativeCode {
  private static final String FOLDER = "DJL_CACHE_DIR";

  private NativeCode() {}

  /** To be called before DJL is touched, any number of times. */
  public static synchronized void prepare() {
    // calibration text may be private
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    if (isSet(System.getenv(FOLDER)) || isSet(System.getProperty(FOLDER))) {
      return;
    }
    if (!Files.isWritable(Path.of(System.getProperty("user.home", "")))) {
      System.setProperty(FOLDER, temporary().toString());
    }
  }

  private static boolean isSet(String value) {
    return value != null && !value.isEmpty();
  }

  private static Path temporary() {
    try {
      Path folder = Files.createTempDirectory("foresight-native-"); // for its owner alone
      Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path folder) {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.delete(path);
      }
    } catch (IOException e) {
      return; // the system clears its temporary folder
    }
  }
}
