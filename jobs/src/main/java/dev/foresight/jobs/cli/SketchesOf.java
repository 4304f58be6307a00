package dev.foresight.jobs.cli;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.SketchStore;
import java.io.IOException;
import java.util.Objects;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;

/** Opens a sketch store for a model, and for no other. */
public final class SketchesOf {
  private SketchesOf() {}

  /**
   * The manifest of the store.
   *
   * @param model what messages call the model
   * @throws InputException if the store is unfinished, damaged or of another model
   */
  public static Manifest model(
      String model, ModelFingerprint fingerprint, String sketches, Configuration conf)
      throws IOException {
    Manifest manifest = new SketchStore(conf, Locations.qualify(sketches, conf)).manifest();
    if (!manifest.model().sha256().equals(fingerprint.sha256())) {
      TreeSet<String> differing = new TreeSet<>(fingerprint.files().keySet());
      differing.addAll(manifest.model().files().keySet());
      differing.removeIf(
          file ->
              Objects.equals(fingerprint.files().get(file), manifest.model().files().get(file)));
      throw new InputException(
          Words.format(
              "The sketches in %s are of another model than %s (%s differ): calibrate this model, or name its own sketches.",
              sketches, model, String.join(", ", differing)));
    }
    return manifest;
  }
}
