package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.importance.TokenWeights;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.SketchesOf;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.jobs.quantize.QuantizeJob;
import dev.foresight.model.Role;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.Grid;
import dev.foresight.quantize.plan.Need;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.sketch.Rows;
import dev.foresight.sketch.Tokens;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.quantize.BlockMoments;
import dev.foresight.spark.quantize.BlockMoments.Moments;
import dev.foresight.spark.quantize.BlockTokens;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.store.StoredShard;
import dev.foresight.spark.study.Form;
import dev.foresight.spark.study.FormLosses;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.CalibratedOn.Kind;
import dev.foresight.study.PairedWindows;
import dev.foresight.study.Sample;
import dev.foresight.study.Variant;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Searches a future window for a family: a cross-shard loss picks what is worth the time, the
 * divergence of quantized models on held-out text decides.
 */
final class PresearchJob {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final SerializableConfiguration serializable;
  private final Execution execution;
  private final PlanParser parser;
  private final PrintWriter out;

  PresearchJob(SparkSession session, Execution execution, PlanParser parser, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.serializable = new SerializableConfiguration(conf);
    this.execution = execution;
    this.parser = parser;
    this.out = out;
  }

  /**
   * What is asked for.
   *
   * @param settings options of {@code quantize} for all forms, without folders
   * @param calibrations sets of shards to calibrate on, each biased; none for the store's own
   * @param shortlist how many forms are compared end to end
   * @param data what is judged on, as {@link StudyDomain#read} takes it
   * @param work folder of finished cells
   * @param output file of the entry
   */
  record Request(
      String model,
      String sketches,
      String family,
      List<String> settings,
      PresearchForms forms,
      List<List<String>> calibrations,
      int shortlist,
      List<String> data,
      int window,
      int windows,
      long seed,
      String work,
      String output,
      boolean overwrite) {

    /** What is read and written. */
    public Footprint footprint() {
      return footprint(new Footprint());
    }

    /** The same, added to what else the command reads and writes. */
    public Footprint footprint(Footprint footprint) {
      footprint.reads("--model", model).reads("--sketches", sketches);
      data.forEach(given -> footprint.readsAll("--data", StudyDomain.location(given)));
      return footprint
          .writesFolder("--work", work, FolderKind.STUDY, false)
          .writesFile("--out", output);
    }
  }

  /**
   * Writes the entry.
   *
   * @throws InputException if anything is refused; no entry is then written
   */
  PresearchOutcome run(Request request) throws IOException {
    request.forms().all(true); // refuses what is out of range
    OutputFile entry = OutputFile.of(request.footprint(), "--out", request.overwrite(), conf);
    List<StudyDomain> domains;
    try (Tokenizer tokenizer =
        Tokenizer.open(ModelFolders.open(Locations.qualify(request.model(), conf), conf))) {
      domains =
          StudyDomain.read(request.data(), request.window(), request.windows(), tokenizer, conf);
    }
    StudyFolder folder = StudyFolder.open(request.footprint().folder("--work", conf), true);
    try (VariantJudge judge =
        VariantJudge.open(session, execution, folder, request.model(), domains)) {
      Manifest manifest =
          SketchesOf.model(request.model(), judge.fingerprint(), request.sketches(), conf);
      List<List<String>> parts = parts(request, manifest);
      out.println(StudyJob.overlap(session, request.sketches(), domains, judge).message());
      Map<Form, Double> losses = losses(request, judge, manifest, parts);
      List<Form> shortlist = PresearchForms.shortlist(losses, request.shortlist());
      PresearchOutcome outcome =
          new PresearchOutcome(
              request,
              judge.fingerprint(),
              judge.model().config(),
              parts.stream().map(PresearchJob::name).toList(),
              domains,
              losses,
              judged(request, judge, parts, domains, shortlist));
      entry.writeJson(outcome.json());
      folder.output().target().commit();
      outcome.print(out);
      return outcome;
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      if (ErrorHandler.refusal(e).isPresent()) {
        folder.refuse();
      }
      throw e;
    }
  }

  /** Pairs of neighbours, where the store has four shards or more; else each shard. */
  private static List<List<String>> parts(Request request, Manifest manifest) {
    List<String> known = manifest.stored().stream().map(StoredShard::id).toList();
    List<List<String>> parts = new ArrayList<>(request.calibrations());
    int size = known.size() < 4 ? 1 : 2;
    for (int from = 0; request.calibrations().isEmpty() && from < known.size(); from += size) {
      parts.add(known.subList(from, Math.min(known.size(), from + size)));
    }
    for (List<String> part : parts) {
      manifest.choose(part, request.sketches());
      if (part.containsAll(known)) {
        throw new InputException(
            Words.format(
                "--calibrate-on %s is all of %s: a window is searched on some shards and measured on others; name fewer, or calibrate on more.",
                name(part), request.sketches()));
      }
    }
    return parts;
  }

  private static String name(List<String> part) {
    return String.join("+", part);
  }

  /** Mean over calibrations, blocks and roles of log(loss of the form / loss of no window). */
  private Map<Form, Double> losses(
      Request request, VariantJudge judge, Manifest manifest, List<List<String>> parts)
      throws IOException {
    boolean disagreement = parts.stream().allMatch(part -> part.size() > 1);
    if (request.forms().adaptive() && !disagreement) {
      out.println(
          "Note: adaptive blends need several shards in every calibration (--calibrate-on a+b): not"
              + " tried.");
    }
    List<Form> forms = request.forms().all(disagreement);
    Map<Form, Double> sums = new LinkedHashMap<>();
    int terms = 0;
    for (List<String> part : parts) {
      long begun = System.nanoTime();
      for (List<Map<Role, Double>> block : losses(request, judge, manifest, part, forms)) {
        for (Map.Entry<Role, Double> none : block.get(0).entrySet()) {
          if (none.getValue() > 0) {
            terms++;
            for (int i = 0; i < forms.size(); i++) {
              double ratio = block.get(i).get(none.getKey()) / none.getValue();
              sums.merge(forms.get(i), Math.log(ratio), Double::sum);
            }
          }
        }
      }
      out.printf(
          Locale.ROOT,
          "Scales of %d forms searched on %s, measured on the other shards (%.1f s)%n",
          forms.size(),
          name(part),
          (System.nanoTime() - begun) / 1e9);
      out.flush();
    }
    int count = terms;
    sums.replaceAll((form, sum) -> sum / count);
    return sums;
  }

  private List<List<Map<Role, Double>>> losses(
      Request request, VariantJudge judge, Manifest manifest, List<String> part, List<Form> forms)
      throws IOException {
    StudyMethod method = method(request, judge, PresearchForms.none());
    String store = Locations.qualify(request.sketches(), conf);
    int rows = method.plan().searchRows();
    List<Need> needs = new ArrayList<>();
    needs.add(new Need(Rows.ROWS, "the loss that forms are compared by", ""));
    method.plan().needs().stream()
        .filter(need -> need.statistic() == Tokens.TOKENS)
        .forEach(needs::add);
    SketchSelection own =
        DataSelection.of(choice(method, part, List.of()), store, manifest, needs, rows);
    SketchSelection rest =
        DataSelection.of(choice(method, List.of(), part), store, manifest, needs, rows);
    Grid grid = method.plan().grids().common();
    List<Integer> blocks = IntStream.range(0, manifest.blocks()).boxed().toList();
    spark.setJobGroup("presearch", Words.format("Try %d forms on %s", forms.size(), name(part)));
    List<Moments> moments =
        spark.parallelize(blocks, blocks.size()).map(new BlockMoments(own, serializable)).collect();
    var broadcast = spark.broadcast(moments);
    FormLosses.Plan plan =
        new FormLosses.Plan(
            Locations.qualify(request.model(), conf),
            grid,
            method.plan().search(),
            forms,
            own,
            rest,
            method.plan().tokens().weighs()
                ? List.of(tokens(method.plan(), own, blocks), tokens(method.plan(), rest, blocks))
                : List.of());
    List<List<Map<Role, Double>>> losses =
        spark
            .parallelize(blocks, blocks.size())
            .map(new FormLosses(plan, broadcast, serializable))
            .collect();
    broadcast.destroy();
    return losses;
  }

  private List<TokenWeights> tokens(
      QuantizationPlan plan, SketchSelection part, List<Integer> blocks) {
    return TokenWeights.of(
        spark.parallelize(blocks, blocks.size()).map(new BlockTokens(part, serializable)).collect(),
        plan.tokens());
  }

  private static DataChoice choice(StudyMethod method, List<String> shards, List<String> excluded) {
    return method.choice(shards, excluded, null, 0);
  }

  private StudyMethod method(Request request, VariantJudge judge, Form form) throws IOException {
    List<String> own = new ArrayList<>();
    own.addAll(List.of("--method", form.adaptive() ? "faq-adaptive" : "faq"));
    own.addAll(List.of("--presearched", "fallback"));
    own.addAll(List.of("--window-blend", Double.toString(form.blend())));
    own.addAll(List.of("--window-blocks", Integer.toString(form.blocks())));
    own.addAll(List.of("--window-weights", form.weights()));
    own.addAll(List.of("--window-normalization", form.normalization()));
    own.addAll(List.of("--window-roles", form.roles()));
    return AskedMethod.parse(parser, form.label(), request.settings(), own).of(judge.model());
  }

  private List<PresearchOutcome.Judged> judged(
      Request request,
      VariantJudge judge,
      List<List<String>> parts,
      List<StudyDomain> domains,
      List<Form> forms)
      throws IOException {
    Map<Variant, Map<String, double[]>> windows = new HashMap<>();
    Map<Form, List<Variant>> variants = new LinkedHashMap<>();
    StudySummary summary = new StudySummary(out);
    int done = 0;
    for (Form form : forms) {
      StudyMethod method = method(request, judge, form);
      for (List<String> part : parts) {
        long begun = System.nanoTime();
        Variant variant = method.variant(new CalibratedOn(Kind.SHARD, name(part)));
        DataChoice choice = choice(method, part, List.of());
        var scores =
            judge
                .judge(
                    judge.prepare(
                        new QuantizeJob.Request(
                            request.model(),
                            request.sketches(),
                            request.work(),
                            method.plan().with(choice),
                            true)),
                    StudySummary.label(variant))
                .scores();
        Map<String, double[]> divergences = new LinkedHashMap<>();
        scores.forEach((domain, cell) -> divergences.put(domain, cell.windowDivergence()));
        windows.put(variant, divergences);
        variants.computeIfAbsent(form, f -> new ArrayList<>()).add(variant);
        summary.progress(
            ++done,
            forms.size() * parts.size(),
            variant,
            scores,
            (System.nanoTime() - begun) / 1e9);
      }
    }
    PairedWindows paired = new PairedWindows(windows, request.seed());
    ToDoubleFunction<Sample> none = mean(variants.get(PresearchForms.none()), domains);
    List<PresearchOutcome.Judged> judged = new ArrayList<>();
    variants.forEach(
        (form, own) -> {
          ToDoubleFunction<Sample> mean = mean(own, domains);
          judged.add(
              new PresearchOutcome.Judged(
                  form,
                  paired.interval(mean),
                  paired.interval(s -> mean.applyAsDouble(s) / none.applyAsDouble(s) - 1)));
        });
    return judged;
  }

  private static ToDoubleFunction<Sample> mean(List<Variant> variants, List<StudyDomain> domains) {
    return sample ->
        variants.stream()
            .flatMapToDouble(v -> domains.stream().mapToDouble(d -> sample.mean(v, d.name())))
            .average()
            .orElseThrow();
  }
}
