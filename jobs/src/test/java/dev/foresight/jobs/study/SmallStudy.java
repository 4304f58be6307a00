package dev.foresight.jobs.study;

import dev.foresight.jobs.evaluate.OverlapJob;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.FutureWindow;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.ModelGrids;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.study.BlockProfile;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.CalibratedOn.Kind;
import dev.foresight.study.CellScores;
import dev.foresight.study.ShardDistances;
import dev.foresight.study.StudyNumbers;
import dev.foresight.study.Variant;
import dev.foresight.tensor.DType;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A study of two methods at 3 bits on two domains that were also calibrated on, of one window each,
 * so that its intervals have no width. Divergences:
 *
 * <pre>
 *              code   legal                     code   legal
 * awq all       0.2    0.4      faq all          0.1    0.2
 *     code      0.1    0.8          code         0.1    0.3
 *     legal     0.5    0.7          legal        0.2    0.1
 *                                   first 2      0.2    0.4
 *                                   first 4      0.105  0.205
 * </pre>
 */
final class SmallStudy {
  static final Variant AWQ = new Variant("awq", 3, CalibratedOn.all());
  static final Variant FAQ = new Variant("faq", 3, CalibratedOn.all());

  private SmallStudy() {}

  /** Perplexities 8 and 2, of the float model 6.25 and 1; 90 and 70 % of the tokens the same. */
  private static CellScores cell(boolean code, double divergence) {
    return new CellScores(
        code ? 8 : 2,
        code ? 6.25 : 1,
        divergence,
        divergence / 2,
        2 * divergence,
        code ? 0.9 : 0.7,
        1_234_567,
        new double[] {Math.log(code ? 8 : 2)},
        new double[] {divergence});
  }

  private static void put(
      SortedMap<Variant, Map<String, CellScores>> cells,
      String method,
      CalibratedOn data,
      double code,
      double legal) {
    Map<String, CellScores> domains = new TreeMap<>();
    domains.put("code", cell(true, code));
    domains.put("legal", cell(false, legal));
    cells.put(new Variant(method, 3, data), domains);
  }

  static SortedMap<Variant, Map<String, CellScores>> cells() {
    SortedMap<Variant, Map<String, CellScores>> cells = new TreeMap<>();
    put(cells, "awq", CalibratedOn.all(), 0.2, 0.4);
    put(cells, "awq", new CalibratedOn(Kind.SHARD, "code"), 0.1, 0.8);
    put(cells, "awq", new CalibratedOn(Kind.SHARD, "legal"), 0.5, 0.7);
    put(cells, "faq", CalibratedOn.all(), 0.1, 0.2);
    put(cells, "faq", new CalibratedOn(Kind.SHARD, "code"), 0.1, 0.3);
    put(cells, "faq", new CalibratedOn(Kind.SHARD, "legal"), 0.2, 0.1);
    put(cells, "faq", new CalibratedOn(Kind.FIRST, "2"), 0.2, 0.4);
    put(cells, "faq", new CalibratedOn(Kind.FIRST, "4"), 0.105, 0.205);
    return cells;
  }

  static QuantizationPlan plan(Method method, DataChoice data) {
    return new QuantizationPlan(
        method,
        "compressed-tensors",
        ModelGrids.of(new Grid(3, 64, true, DType.F32)),
        method.search(),
        FutureWindow.none(),
        data,
        512);
  }

  static StudyMethod method(Method method) {
    return new StudyMethod(
        method.key(),
        "--method " + method.key(),
        plan(method, DataChoice.all(FirstPosition.INCLUDE)),
        null);
  }

  /**
   * @param profiles of shards, for the page
   */
  static StudyOutcome outcome(List<BlockProfile.Profile> profiles) {
    StudyJob.Request request =
        new StudyJob.Request(
            "model",
            "store",
            List.of(method(Method.AWQ), method(Method.FAQ)),
            "awq",
            new StudyPlan(List.of(), true, false, 0, List.of(2, 4)),
            List.of("code=c.txt", "legal=l.txt"),
            16,
            1,
            7,
            "out",
            false,
            false);
    SortedMap<Variant, Map<String, CellScores>> cells = cells();
    SortedMap<Variant, Double> seconds = new TreeMap<>();
    seconds.put(FAQ, 12.34);
    return new StudyOutcome(
        request,
        new ModelFingerprint("feed", Map.of("config.json", "c0")),
        10_000_000,
        List.of(
            new StudyDomain("code", "aa", new int[1][16]),
            new StudyDomain("legal", "bb", new int[1][16])),
        new OverlapJob.Outcome(0, 2, List.of(), List.of(), "none"),
        cells,
        seconds,
        StudyNumbers.of(cells, List.of("awq", "faq"), "awq", new ShardDistances(), 7),
        List.of(
            new BlockProfile.Distance("code", "legal", 0, Role.values()[0], 0.2, 1, 0.1),
            new BlockProfile.Distance("code", "legal", 1, Role.values()[0], 0.6, 1, 0.3)),
        profiles);
  }
}
