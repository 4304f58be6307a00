package dev.foresight.jobs.cli;

import dev.foresight.spark.io.Locations;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;

/** Opens stores for commands that need no Spark session, with the file systems that Spark knows. */
public final class StoreAccess {
  private StoreAccess() {}

  /** Hadoop's settings, those of {@code spark.hadoop.*} included. */
  public static Configuration configuration() throws IOException {
    return SparkOptions.configuration();
  }

  /** A store by its folder, wherever that is. */
  public static SketchStore open(String folder, Configuration conf) throws IOException {
    return new SketchStore(conf, Locations.qualify(folder, conf));
  }
}
