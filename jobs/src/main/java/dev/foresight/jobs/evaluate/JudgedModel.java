package dev.foresight.jobs.evaluate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.model.Model;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.calibrate.ExecutorModel;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import java.io.IOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A model folder, hashed and found to fit together, float or quantized.
 *
 * @param location as executors understand it
 * @param positions tokens that it reads at most
 * @param vocabulary tokens that it knows
 * @param notes what a user may not expect of the folder, a sentence each
 */
record JudgedModel(
    String location,
    ModelFolder folder,
    ModelFingerprint fingerprint,
    int positions,
    int vocabulary,
    List<String> notes) {

  /**
   * @throws InputException if the folder is missing, unfinished, damaged or not supported
   */
  static JudgedModel open(String given, Configuration conf) throws IOException {
    String location = Locations.qualify(given, conf);
    ModelFolder folder = ModelFolders.open(location, conf);
    ModelFingerprint fingerprint = ModelFingerprint.of(folder);
    try (Model model = ExportedCheckpoints.model(folder)) {
      return new JudgedModel(
          location,
          folder,
          fingerprint,
          model.config().maxPositions(),
          model.config().vocabulary(),
          model.notes());
    }
  }

  /**
   * Refuses a reference whose tokens are others.
   *
   * @throws InputException if the vocabularies are of different sizes
   */
  void requireSameVocabulary(JudgedModel reference) {
    if (vocabulary != reference.vocabulary) {
      throw new InputException(
          Words.format(
              "%s has a vocabulary of %d and its reference %s one of %d: name the float model that it was made from.",
              location, vocabulary, reference.location, reference.vocabulary));
    }
  }

  /** What executors ask for. */
  ExecutorModel.Key key(Execution execution, int tasks) {
    return new ExecutorModel.Key(location, fingerprint.sha256(), execution, tasks);
  }
}
