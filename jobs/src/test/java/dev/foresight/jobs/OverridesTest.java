package dev.foresight.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.tensor.Checkpoint;
import dev.foresight.tensor.LocalModelFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OverridesTest {
  private static final String BLOCK = "model.layers.1.";

  @TempDir private Path folder;

  private Cli.Result quantize(Path out, Object... options) {
    List<Object> all =
        new ArrayList<>(
            List.of("quantize", "--master", "local[2]", "--model", Cli.TINY, "--method", "rtn"));
    all.addAll(List.of("--bits", 2, "--group", 64, "--out", out));
    all.addAll(List.of(options));
    return Cli.run(all.toArray());
  }

  @Test
  void namedLinearsGetTheirOwnGridInTheFileTheConfigAndTheReport() throws IOException {
    Path out = folder.resolve("out");
    Cli.Result result =
        quantize(
            out,
            "--override",
            "layers\\.1\\..*down_proj=bits:8,group:32",
            "--override",
            "layers\\.1\\..*o_proj=float");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains("down_proj=bits:8,group:32: 1 linears");

    ObjectMapper json = new ObjectMapper();
    JsonNode report = json.readTree(Files.readString(out.resolve("report.json")));
    assertThat(report.at("/overrides/1/change").asText()).isEqualTo("float");
    JsonNode config =
        json.readTree(Files.readString(out.resolve("config.json"))).get("quantization_config");
    assertThat(config.at("/config_groups/group_1/targets/0").asText())
        .isEqualTo("re:^(?:.*\\.)?layers\\.1\\.mlp\\.down_proj$");
    assertThat(config.at("/config_groups/group_1/weights/num_bits").asInt()).isEqualTo(8);
    assertThat(config.get("ignore"))
        .extracting(JsonNode::asText)
        .contains("re:^(?:.*\\.)?layers\\.1\\.self_attn\\.o_proj$");

    assertThat(distinct(out, BLOCK + "mlp.down_proj.weight")).isGreaterThan(4);
    assertThat(distinct(out, "model.layers.0.mlp.down_proj.weight")).isLessThanOrEqualTo(4);
    String kept = BLOCK + "self_attn.o_proj.weight";
    assertThat(floats(out, kept)).isEqualTo(floats(Cli.TINY, kept));
  }

  /** Values that the first group of 64 channels takes. */
  private static int distinct(Path model, String tensor) throws IOException {
    TreeSet<Float> values = new TreeSet<>();
    float[] floats = floats(model, tensor);
    for (int i = 0; i < 64; i++) {
      values.add(floats[i]);
    }
    return values.size();
  }

  private static float[] floats(Path model, String tensor) throws IOException {
    try (Checkpoint checkpoint = ExportedCheckpoints.open(new LocalModelFolder(model))) {
      return checkpoint.floats(tensor);
    }
  }

  @Test
  void containerOfOneGridAndPartsOfFusedSetsAreRefused() {
    Path out = folder.resolve("refused");
    Cli.Result several = quantize(out, "--container", "gptq", "--override", "down_proj=bits:8");
    assertThat(several.exitCode()).isEqualTo(3);
    assertThat(several.err())
        .contains("--container gptq has one width and group", "compressed-tensors");
    Cli.Result part = quantize(out, "--override", "up_proj=bits:8");
    assertThat(part.exitCode()).isEqualTo(3);
    assertThat(part.err()).contains("mlp.gate_proj 'nothing else'", "fused by readers");
    Cli.Result group = quantize(out, "--override", "down_proj=group:100");
    assertThat(group.exitCode()).isEqualTo(3);
    assertThat(group.err()).contains("down_proj has", "not a multiple of --group 100");
    assertThat(out).doesNotExist();
  }
}
