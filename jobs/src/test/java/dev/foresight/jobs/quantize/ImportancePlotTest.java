package dev.foresight.jobs.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.foresight.model.Role;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** One block's scores as SVG, looked at as XML. Powers of two of the mean lie 110/16 apart. */
class ImportancePlotTest {
  private static final double POWER = 110 / 16.0;

  private static Map<Role, double[]> scores(double... values) {
    Map<Role, double[]> scores = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      scores.put(role, values);
    }
    return scores;
  }

  private static Document parsed(double... own) throws Exception {
    String svg = ImportancePlot.svg(3, scores(own), scores(own));
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  /** (x, y) of each point of the first line of a class. */
  private static double[][] line(Document svg, String kind) {
    NodeList paths = svg.getElementsByTagName("path");
    for (int i = 0; i < paths.getLength(); i++) {
      Element path = (Element) paths.item(i);
      if (path.getAttribute("class").equals(kind)) {
        return Arrays.stream(path.getAttribute("d").substring(1).split("L"))
            .map(
                point -> Arrays.stream(point.split(" ")).mapToDouble(Double::parseDouble).toArray())
            .toArray(double[][]::new);
      }
    }
    throw new AssertionError("no line " + kind);
  }

  @Test
  void picturesOfAllBlocksSortByName() {
    assertThat(ImportancePlot.file(3, 8)).isEqualTo("foresight/plots/block-3.svg");
    assertThat(ImportancePlot.file(3, 11)).isEqualTo("foresight/plots/block-03.svg");
    assertThat(ImportancePlot.file(100, 101)).isEqualTo("foresight/plots/block-100.svg");
  }

  @Test
  void everyRoleHasItsTwoLines() throws Exception {
    Document svg = parsed(1, 2, 3);
    NodeList paths = svg.getElementsByTagName("path");
    int lines = 0;
    for (int i = 0; i < paths.getLength(); i++) {
      lines += ((Element) paths.item(i)).hasAttribute("class") ? 1 : 0;
    }
    assertThat(lines).isEqualTo(2 * Role.values().length);
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("Block 3")
        .contains("mlp_output, 3 channels");
  }

  /** Of mean 1: 1/4 of it lies two powers below it, 7/4 less than one above. */
  @Test
  void doubleLiesOnePowerHigher() throws Exception {
    double[][] points = line(parsed(0.25, 1.75, 0.25, 1.75), "own");
    assertThat(points).hasNumberOfRows(4);
    double log = Math.log(7) / Math.log(2);
    assertThat(points[0][1] - points[1][1]).isCloseTo(log * POWER, within(0.11));
    assertThat(points[0][1]).isEqualTo(points[2][1]);
    assertThat(points[0][0]).isLessThan(points[1][0]);
  }

  /** 2,000 channels in 512 bins: the one outlier is there, and no point leaves the page. */
  @Test
  void outlierOfManyChannelsIsNotLost() throws Exception {
    double[] values = new double[2000];
    Arrays.fill(values, 1);
    values[777] = 3000; // of mean 2.4995: some 10.2 powers above it, drawn at 10
    double[][] points = line(parsed(values), "used");
    assertThat(points).hasNumberOfRows(512);
    double highest = Arrays.stream(points).mapToDouble(p -> p[1]).min().orElseThrow();
    double usual = points[0][1];
    double above = 10 + Math.log(2.4995) / Math.log(2);
    assertThat(usual - highest).isCloseTo(above * POWER, within(0.11));
    assertThat(points[199][1]).as("channels 777 to 780").isEqualTo(highest);
    assertThat(points[511][0]).isLessThanOrEqualTo(720);
  }

  @Test
  void channelsOfNothingAreDrawnAtTheBottom() throws Exception {
    double[][] dead = line(parsed(0, 0), "own");
    assertThat(dead[0][1]).isEqualTo(dead[1][1]);
    double[][] mixed = line(parsed(0, 2), "own");
    assertThat(mixed[0][1]).as("no lower than the lowest").isEqualTo(dead[0][1]);
    assertThat(mixed[1][1]).isLessThan(mixed[0][1]);
    assertThat(line(parsed(5), "own")).hasNumberOfRows(1);
  }

  @Test
  void pictureIsTheSameInEveryLanguage() {
    String plain = ImportancePlot.svg(0, scores(1, 2.5), scores(1, 2));
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertThat(ImportancePlot.svg(0, scores(1, 2.5), scores(1, 2))).isEqualTo(plain);
      assertThat(ImportancePlot.file(3, 11)).isEqualTo("foresight/plots/block-03.svg");
    } finally {
      Locale.setDefault(before);
    }
  }
}
