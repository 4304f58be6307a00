package dev.foresight.jobs.study;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.foresight.spark.study.BlockProfile.Distance;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** A study as one HTML file that needs no network: page, numbers and the scripts that draw them. */
final class StudyPage {
  private StudyPage() {}

  static String of(StudyOutcome outcome) throws IOException {
    ObjectNode data = outcome.json();
    addDistances(data.putArray("distances"), outcome.distances());
    ArrayNode profiles = data.putArray("profiles");
    outcome
        .profiles()
        .forEach(
            p ->
                profiles
                    .addObject()
                    .put("shard", p.shard())
                    .put("block", p.block())
                    .put("role", p.role().key())
                    .put("top_share", p.top())
                    .put("largest", p.largest()));
    String json = data.toString().replace("<", "\\u003c"); // a name must not end the script
    return text("study.html")
        .replace("@VEGA@", unpacked("vega.js.gz"))
        .replace("@VEGA_LITE@", unpacked("vega-lite.js.gz"))
        .replace("@DATA@", json);
  }

  /** Means over the blocks: a page shows no more. */
  private static void addDistances(ArrayNode rows, List<Distance> distances) {
    Map<String, List<Distance>> pairs =
        distances.stream()
            .collect(
                Collectors.groupingBy(
                    d -> d.a() + "\n" + d.b() + "\n" + d.role().key(),
                    TreeMap::new,
                    Collectors.toList()));
    for (List<Distance> blocks : pairs.values()) {
      Distance first = blocks.get(0);
      rows.addObject()
          .put("a", first.a())
          .put("b", first.b())
          .put("role", first.role().key())
          .put("difference", mean(blocks, Distance::difference))
          .put("importance", mean(blocks, Distance::importance));
    }
  }

  private static double mean(List<Distance> blocks, ToDoubleFunction<Distance> what) {
    return blocks.stream().mapToDouble(what).average().orElseThrow();
  }

  private static String text(String resource) throws IOException {
    try (InputStream in =
        StudyPage.class.getResourceAsStream("/dev/foresight/jobs/report/" + resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String unpacked(String resource) throws IOException {
    try (InputStream in =
        new GZIPInputStream(
            StudyPage.class.getResourceAsStream("/dev/foresight/jobs/report/" + resource))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
