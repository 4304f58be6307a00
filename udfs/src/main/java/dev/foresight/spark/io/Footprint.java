package dev.foresight.spark.io;

import dev.foresight.InputException;
import dev.foresight.Words;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * All that a command reads and writes. What is written must lie apart from what is read, and from
 * what else is written: no output is an input, holds one, or lies in one, by whatever name. Folders
 * and files to write can be had from here alone, so no command can forget to say what it reads.
 */
public final class Footprint {
  /** What becomes of an output. */
  private enum Form {
    FILE,
    FOLDER,
    /** A folder that others use too: files are added to it. */
    SHARED
  }

  private record Named(String option, String given, Source source) {}

  private interface Source {
    Path path(Configuration conf) throws IOException;
  }

  private record Input(Named named, boolean glob) {}

  private record Output(Named named, Form form, FolderKind kind, boolean overwrite) {}

  /** Something read, at a place of its own. */
  private record Read(Named named, RealPlace place) {}

  private final List<Input> inputs = new ArrayList<>();
  private final List<Output> outputs = new ArrayList<>();

  /**
   * A file or folder that is read.
   *
   * @param option that names it
   * @param location none if null
   */
  public Footprint reads(String option, String location) {
    if (location != null) {
      inputs.add(new Input(named(option, location), false));
    }
    return this;
  }

  /** Files that are read by name or pattern, and folders that are read whole. */
  public Footprint readsAll(String option, String pattern) {
    if (pattern != null) {
      inputs.add(new Input(named(option, pattern), true));
    }
    return this;
  }

  /** A file or folder of this machine that is read. */
  public Footprint readsLocal(String option, String path) {
    inputs.add(new Input(local(option, path), false));
    return this;
  }

  /**
   * A folder that is made, or replaced.
   *
   * @param overwrite whether one that Foresight wrote may be replaced
   */
  public Footprint writesFolder(
      String option, String location, FolderKind kind, boolean overwrite) {
    outputs.add(new Output(named(option, location), Form.FOLDER, kind, overwrite));
    return this;
  }

  /** A file that is made, or replaced; none if null. */
  public Footprint writesFile(String option, String location) {
    if (location != null) {
      outputs.add(new Output(named(option, location), Form.FILE, null, false));
    }
    return this;
  }

  /** A folder that files are added to; none if null. */
  public Footprint addsTo(String option, String location) {
    if (location != null) {
      outputs.add(new Output(named(option, location), Form.SHARED, null, false));
    }
    return this;
  }

  /** The same on the disks of this machine. */
  public Footprint addsToLocal(String option, String path) {
    if (path != null) {
      outputs.add(new Output(local(option, path), Form.SHARED, null, false));
    }
    return this;
  }

  private static Named named(String option, String location) {
    return new Named(option, location, conf -> new Path(Locations.qualify(location, conf)));
  }

  private static Named local(String option, String path) {
    java.nio.file.Path file = java.nio.file.Path.of(path).toAbsolutePath();
    return new Named(option, path, conf -> new Path("file", "", file.toString()));
  }

  /**
   * Proves that nothing which is read can be touched, and that what would be replaced is ours. This
   * is cheap, and done before anything begins.
   *
   * @throws InputException naming the output and what it would harm
   */
  public void check(Configuration conf) throws IOException {
    requireApart(conf);
    for (Output output : outputs) {
      if (output.overwrite()) {
        target(output, conf).requireReplaceable();
      }
    }
  }

  /**
   * The folder that an option names, checked.
   *
   * @throws InputException as {@link #check} does
   */
  public TargetFolder folder(String option, Configuration conf) throws IOException {
    requireApart(conf);
    return target(output(option, Form.FOLDER), conf);
  }

  /**
   * The file that an option names, checked.
   *
   * @throws InputException as {@link #check} does
   */
  public Path file(String option, Configuration conf) throws IOException {
    requireApart(conf);
    return output(option, Form.FILE).named().source().path(conf);
  }

  private Output output(String option, Form form) {
    return outputs.stream()
        .filter(output -> output.form() == form && output.named().option().equals(option))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(Words.format("%s is no output", option)));
  }

  private static TargetFolder target(Output output, Configuration conf) throws IOException {
    return new TargetFolder(
        conf,
        output.named().source().path(conf),
        output.named().option(),
        output.kind(),
        output.overwrite());
  }

  private void requireApart(Configuration conf) throws IOException {
    if (outputs.isEmpty()) {
      return;
    }
    List<Read> reads = new ArrayList<>();
    for (Input input : inputs) {
      add(input, reads, conf);
    }
    List<RealPlace> places = new ArrayList<>();
    for (Output output : outputs) {
      RealPlace place = RealPlace.of(output.named().source().path(conf), conf);
      for (Read read : reads) {
        requireApart(output.named(), place, read.named(), read.place());
      }
      requireNotFound(output, place, conf);
      for (int i = 0; i < places.size(); i++) {
        requireApart(output.named(), place, outputs.get(i).named(), places.get(i));
      }
      places.add(place);
    }
  }

  private void add(Input input, List<Read> reads, Configuration conf) throws IOException {
    Path path = input.named().source().path(conf);
    List<RealPlace> found =
        input.glob() ? new FileGlob(path, conf).found() : List.of(RealPlace.of(path, conf));
    for (RealPlace place : found) {
      reads.add(new Read(input.named(), place));
      for (RealPlace linked : place.linked()) {
        reads.add(new Read(input.named(), linked));
      }
    }
  }

  private static void requireApart(Named output, RealPlace place, Named other, RealPlace at)
      throws IOException {
    boolean around = place.holds(at);
    boolean inside = at.holds(place);
    if (around || inside) {
      throw new InputException(
          Words.format(
              "%s %s %s %s %s: what is written must lie apart from that. Choose another %s; nothing was touched.",
              output.option(),
              shown(output, place),
              around && inside ? "is the same as" : around ? "holds" : "lies in",
              other.option(),
              shown(other, at),
              output.option()));
    }
  }

  /** The location as it was given, and where it really is if that is not the same. */
  private static String shown(Named named, RealPlace place) {
    String real = place.toString();
    return real.equals(named.given()) ? real : Words.format("%s (%s)", named.given(), real);
  }

  private void requireNotFound(Output output, RealPlace place, Configuration conf)
      throws IOException {
    List<String> names =
        switch (output.form()) {
          case FILE -> List.of("");
          case FOLDER -> output.kind().examples();
          case SHARED -> List.of("any");
        };
    for (Input input : inputs) {
      if (input.glob()
          && new FileGlob(input.named().source().path(conf), conf).finds(place, names)) {
        throw new InputException(
            Words.format(
                "%s %s would be read as %s %s by the next run: choose another %s; nothing was touched.",
                output.named().option(),
                output.named().given(),
                input.named().option(),
                input.named().given(),
                output.named().option()));
      }
    }
  }
}
