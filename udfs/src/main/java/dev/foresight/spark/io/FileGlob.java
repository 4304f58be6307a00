package dev.foresight.spark.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.Path;

/**
 * Files that are read by a pattern: those it finds now, and what else it would find if it were
 * written.
 */
record FileGlob(Path pattern, Configuration conf) {

  /** What is there now; a file of exactly this name too, whatever signs are in it. */
  List<RealPlace> found() throws IOException {
    List<RealPlace> places = new ArrayList<>();
    places.add(RealPlace.of(pattern, conf));
    for (FileStatus match : FileMatches.of(pattern.toString(), conf).found()) {
      places.add(RealPlace.of(match.getPath(), conf));
    }
    return places;
  }

  /**
   * Whether the pattern would find a file that is to be written, or a folder around it.
   *
   * @param target the file or folder
   * @param names of files in the folder, an empty one for the target itself
   */
  boolean finds(RealPlace target, List<String> names) throws IOException {
    for (String alternative : alternatives()) {
      List<String> parts = RealPlace.names(new Path(alternative));
      int fixed = 0;
      while (fixed < parts.size() && !hasWildcard(parts.get(fixed))) {
        fixed++;
      }
      if (fixed == parts.size()) {
        continue; // a plain path: found() has it
      }
      String base = "/" + String.join("/", parts.subList(0, fixed));
      RealPlace root = RealPlace.of(new Path(pattern, base), conf);
      Optional<List<String>> below = root.holds(target) ? root.below(target) : Optional.empty();
      List<GlobPattern> rest =
          parts.subList(fixed, parts.size()).stream().map(GlobPattern::new).toList();
      if (below.isPresent() && names.stream().anyMatch(n -> matches(rest, below.get(), n))) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(List<GlobPattern> patterns, List<String> below, String name) {
    List<String> path = new ArrayList<>(below);
    Arrays.stream(name.split("/")).filter(part -> !part.isEmpty()).forEach(path::add);
    if (path.size() < patterns.size()) {
      return false;
    }
    for (int i = 0; i < patterns.size(); i++) {
      if (!patterns.get(i).matches(path.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The patterns without choices of folders; none where it is none, but the name of a file. */
  private List<String> alternatives() {
    try {
      List<String> all = GlobExpander.expand(pattern.toUri().getPath());
      all.forEach(one -> RealPlace.names(new Path(one)).forEach(GlobPattern::new));
      return all;
    } catch (IOException | RuntimeException e) { // unclosed [ or {
      return List.of();
    }
  }

  private static boolean hasWildcard(String name) {
    return name.matches(".*[*?{\\[].*");
  }
}
