package dev.foresight.jobs.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the release, and the runtimes that decide the numbers. */
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "foresight " + of("foresight"),
      "onnxruntime " + of("onnxruntime"),
      "spark " + org.apache.spark.package$.MODULE$.SPARK_VERSION(),
      "java " + Runtime.version()
    };
  }

  /** A version that the build wrote down. */
  public static String of(String part) throws IOException {
    Properties versions = new Properties();
    try (InputStream in =
        Version.class.getResourceAsStream("/dev/foresight/jobs/versions.properties")) {
      versions.load(in);
    }
    return versions.getProperty(part);
  }
}
