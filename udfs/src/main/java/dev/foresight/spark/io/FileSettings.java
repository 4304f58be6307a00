package dev.foresight.spark.io;

import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.sql.execution.datasources.CodecStreams;

/** What Hadoop must be told to open text files of any name and any compression. */
public final class FileSettings {
  private static final String CODECS = "io.compression.codecs";

  private FileSettings() {}

  /**
   * Settings for these files, beside those of the session.
   *
   * @param conf of the session
   */
  public static Map<String, String> of(Configuration conf, List<Path> files) {
    Map<String, String> settings = new LinkedHashMap<>();
    String codecs = conf.get(CODECS, "");
    String ours = LongWindowZstandard.class.getName();
    settings.put(
        CODECS, codecs.endsWith(ours) ? codecs : codecs.isEmpty() ? ours : codecs + "," + ours);
    if (files.stream().anyMatch(file -> file.getName().contains(":"))) {
      // Hadoop's local file system looks for a file of checksums beside each file, and can't make
      // its name where there is a colon in it; the one below it has no checksums
      settings.put("fs.file.impl", RawLocalFileSystem.class.getName());
      settings.put("fs.file.impl.disable.cache", "true");
    }
    return settings;
  }

  /** A file's bytes, decompressed as its name says. */
  public static InputStream open(Path file, Configuration conf) throws IOException {
    Configuration with = new Configuration(conf);
    of(conf, List.of(file)).forEach(with::set);
    return CodecStreams.createInputStream(with, file);
  }
}
