package dev.foresight.jobs.quantize;

import dev.foresight.Words;
import dev.foresight.model.Role;
import java.util.Locale;
import java.util.Map;

/**
 * One block's channel scores as SVG: for each role the block's own mean |x| and the importance that
 * the search used, each over its mean, on a logarithmic axis. Channels are binned, and the largest
 * of a bin shows, so that no outlier is lost.
 */
final class ImportancePlot {
  private static final int WIDTH = 720;
  private static final int PANEL = 110;
  private static final int LEFT = 44;
  private static final int TITLE = 22;
  private static final int BINS = 512;
  private static final double LOWEST = -6; // as powers of two of the mean
  private static final double HIGHEST = 10;

  private final StringBuilder svg = new StringBuilder();

  private ImportancePlot() {}

  static String file(int block, int blocks) {
    int digits = Integer.toString(blocks - 1).length();
    return Words.format(
        "foresight/plots/block-%s.svg", String.format(Locale.ROOT, "%0" + digits + "d", block));
  }

  /**
   * @param own mean |x| of each role's channels
   * @param used importance of the same channels
   */
  static String svg(int block, Map<Role, double[]> own, Map<Role, double[]> used) {
    ImportancePlot plot = new ImportancePlot();
    int height = TITLE + Role.values().length * (PANEL + TITLE) + 8;
    plot.add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\""
            + " font-size=\"11\">",
        WIDTH, height);
    plot.add(
        "<style>svg{background:#fff;color:#222}.own{stroke:#8a8f98}.used{stroke:#0b6bcb}"
            + "@media(prefers-color-scheme:dark){svg{background:#16181d;color:#e6e6e6}"
            + ".used{stroke:#6cb6ff}}path{fill:none}text{fill:currentColor}</style>");
    plot.add(
        "<text x=\"%d\" y=\"15\">Block %d: mean |x| (grey) and importance (blue), over their means,"
            + " largest of each bin</text>",
        LEFT, block);
    int top = TITLE;
    for (Role role : Role.values()) {
      plot.panel(role, top, own.get(role), used.get(role));
      top += PANEL + TITLE;
    }
    plot.add("</svg>");
    return plot.svg.toString();
  }

  private void panel(Role role, int top, double[] own, double[] used) {
    int base = top + TITLE;
    add("<text x=\"%d\" y=\"%d\">%s, %d channels</text>", LEFT, top + 16, role.key(), own.length);
    for (int power = -4; power <= HIGHEST; power += 4) {
      double y = y(base, power);
      add("<path stroke=\"#8884\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - 8);
      add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", LEFT - 4, y + 4, label(power));
    }
    line("own", base, own);
    line("used", base, used);
  }

  private static String label(int power) {
    return power < 0 ? "1/" + (1 << -power) : Integer.toString(1 << power);
  }

  private void line(String kind, int base, double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    int bins = Math.min(BINS, values.length);
    StringBuilder path = new StringBuilder();
    for (int bin = 0; bin < bins; bin++) {
      double most = 0;
      int end = (int) ((bin + 1L) * values.length / bins);
      for (int j = (int) ((long) bin * values.length / bins); j < end; j++) {
        most = Math.max(most, values[j]);
      }
      double power = Math.log(most / mean) / Math.log(2);
      path.append(
          String.format(
              Locale.ROOT,
              "%s%.1f %.1f",
              bin == 0 ? "M" : "L",
              LEFT + (double) bin * (WIDTH - 8 - LEFT) / Math.max(1, bins - 1),
              y(base, Double.isNaN(power) ? LOWEST : power)));
    }
    add("<path class=\"%s\" d=\"%s\"/>", kind, path);
  }

  private static double y(int base, double power) {
    double inside = Math.max(LOWEST, Math.min(HIGHEST, power));
    return base + PANEL * (HIGHEST - inside) / (HIGHEST - LOWEST);
  }

  private void add(String format, Object... values) {
    svg.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    svg.append('\n');
  }
}
