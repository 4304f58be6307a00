package dev.foresight.jobs.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.jobs.Cli;
import dev.foresight.jobs.DemoStore;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.store.Manifest;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sketches are of one model, by what decides its activations. */
class SketchesOfTest {
  private static ModelFingerprint tiny;

  private final Configuration conf = new Configuration();

  @BeforeAll
  static void read() throws IOException {
    tiny = ModelFingerprint.of(new LocalModelFolder(Cli.TINY));
  }

  private Manifest open(ModelFingerprint model) throws IOException {
    return SketchesOf.model("MODEL", model, DemoStore.path().toString(), conf);
  }

  @Test
  void storeIsOpenedForItsModel() throws IOException {
    Manifest manifest = open(tiny);
    assertThat(manifest.stored()).hasSize(2);
    assertThat(manifest.model()).isEqualTo(tiny);
  }

  @Test
  void storeOfAnotherModelIsRefusedWithTheFilesThatDiffer() {
    Map<String, String> files = new TreeMap<>(tiny.files());
    files.put("config.json", "0");
    files.put("more.safetensors", "1");
    assertThatThrownBy(() -> open(new ModelFingerprint("0", files)))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "The sketches in %s are of another model than MODEL (config.json, more.safetensors differ): calibrate this model, or name its own sketches.",
            DemoStore.path());
  }

  @Test
  void folderThatIsNoStoreIsRefused() {
    assertThatThrownBy(() -> SketchesOf.model("MODEL", tiny, Cli.TINY.toString(), conf))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("is not a finished sketch store");
  }
}
