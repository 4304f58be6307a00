package dev.foresight.jobs;

import dev.foresight.Hashing;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs commands as a user would, within {@link SharedSpark}, and keeps what they say. */
public final class Cli {
  public static final Path DATASETS = Path.of("../datasets").toAbsolutePath().normalize();
  public static final Path TINY = DATASETS.resolve("models/foresight-tiny");

  private Cli() {}

  public record Result(int exitCode, String out, String err) {}

  public static Result run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Stream.of(args).map(Object::toString).toArray(String[]::new);
    SharedSpark.makeReadyFor(words);
    CommandLine command = Foresight.commandLine(words);
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int exitCode = command.execute(words);
    return new Result(exitCode, out.toString(), err.toString());
  }

  /** A small calibration on two domains: 2 slices each. */
  public static Result calibrate(String master, Path store) {
    return run(
        "calibrate",
        "--master",
        master,
        "--model",
        TINY,
        "--corpus",
        DATASETS.resolve("corpus") + "/{code,legal}.jsonl",
        "--sketches",
        store,
        "--sequence-length",
        64,
        "--sequences-per-shard",
        6,
        "--slice",
        4,
        "--rows",
        64);
  }

  /** SHA-256 of every file of a kind below a folder, by relative name. */
  public static Map<String, String> hashes(Path folder, String suffix) {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
        if (file.toString().endsWith(suffix)) {
          hashes.put(
              folder.relativize(file).toString(), Hashing.sha256Hex(Files.readAllBytes(file)));
        }
      }
      return hashes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
