package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.jobs.cli.ErrorHandler;
import dev.foresight.jobs.cli.OutputFolder;
import dev.foresight.jobs.cli.SketchesOf;
import dev.foresight.jobs.evaluate.OverlapJob;
import dev.foresight.jobs.quantize.QuantizeJob;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.FolderKind;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.spark.selection.DataSelection;
import dev.foresight.spark.selection.SketchSelection;
import dev.foresight.spark.store.Manifest;
import dev.foresight.spark.study.BlockProfile;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.CellScores;
import dev.foresight.study.ShardDistances;
import dev.foresight.study.StudyNumbers;
import dev.foresight.study.Variant;
import dev.foresight.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.SerializableConfiguration;

/** How far results depend on the text that was calibrated on: many parts of one store, judged. */
final class StudyJob {
  private final SparkSession session;
  private final JavaSparkContext spark;
  private final Configuration conf;
  private final Execution execution;
  private final PrintWriter out;

  StudyJob(SparkSession session, Execution execution, PrintWriter out) {
    this.session = session;
    this.spark = JavaSparkContext.fromSparkContext(session.sparkContext());
    this.conf = spark.hadoopConfiguration();
    this.execution = execution;
    this.out = out;
  }

  /**
   * What is asked for.
   *
   * @param sketches the store whose parts are compared
   * @param methods made of the open model, at every width
   * @param against name of the method that others are compared with, empty for none
   * @param data what is judged on, as {@link StudyDomain#read} takes it
   * @param windows of each domain, 0 for all
   * @param seed of the intervals' resamples
   */
  record Request(
      String model,
      String sketches,
      List<StudyMethod> methods,
      String against,
      StudyPlan plan,
      List<String> data,
      int window,
      int windows,
      long seed,
      String output,
      boolean overwrite,
      boolean extend) {

    /** What is read and written. */
    public Footprint footprint() {
      return footprint(new Footprint());
    }

    /** The same, added to what else the command reads and writes. */
    public Footprint footprint(Footprint footprint) {
      footprint.reads("--model", model).reads("--sketches", sketches);
      data.forEach(given -> footprint.readsAll("--data", StudyDomain.location(given)));
      return footprint.writesFolder("--out", output, FolderKind.STUDY, overwrite);
    }
  }

  /** A variant that is named and prepared. */
  private record Planned(Variant variant, VariantJudge.Prepared prepared) {}

  /**
   * Writes the study's folder.
   *
   * @throws InputException if anything is refused; the folder is then left as it was
   */
  StudyOutcome run(Request request) throws IOException {
    long started = System.nanoTime();
    List<StudyDomain> domains;
    try (Tokenizer tokenizer =
        Tokenizer.open(ModelFolders.open(Locations.qualify(request.model(), conf), conf))) {
      domains =
          StudyDomain.read(request.data(), request.window(), request.windows(), tokenizer, conf);
    }
    StudyFolder folder =
        StudyFolder.open(request.footprint().folder("--out", conf), request.extend());
    try (VariantJudge judge =
        VariantJudge.open(session, execution, folder, request.model(), domains)) {
      Manifest manifest =
          SketchesOf.model(request.model(), judge.fingerprint(), request.sketches(), conf);
      List<Planned> variants = plan(request, judge, manifest);
      TreeMap<Variant, Map<String, CellScores>> cells = new TreeMap<>();
      TreeMap<Variant, Double> seconds = new TreeMap<>();
      OverlapJob.Outcome overlap = overlap(session, request.sketches(), domains, judge);
      out.println(overlap.message());
      StudySummary summary = new StudySummary(out);
      for (Planned planned : variants) {
        long begun = System.nanoTime();
        VariantJudge.Judged judged =
            judge.judge(planned.prepared(), StudySummary.label(planned.variant()));
        cells.put(planned.variant(), judged.scores());
        judged.seconds().ifPresent(s -> seconds.put(planned.variant(), s));
        summary.progress(
            cells.size(),
            variants.size(),
            planned.variant(),
            judged.scores(),
            (System.nanoTime() - begun) / 1e9);
      }
      BlockProfile.Result profile = profile(request, manifest);
      StudyOutcome outcome =
          new StudyOutcome(
              request,
              judge.fingerprint(),
              judge.weights(),
              domains,
              overlap,
              cells,
              seconds,
              StudyNumbers.of(
                  cells,
                  request.methods().stream().map(StudyMethod::name).distinct().toList(),
                  request.against(),
                  distances(profile),
                  request.seed()),
              profile.distances(),
              profile.profiles());
      write(outcome, folder, (System.nanoTime() - started) / 1e9);
      summary.print(outcome, folder.location());
      return outcome;
    } catch (Exception e) { // Spark throws checked exceptions that it does not declare
      if (ErrorHandler.refusal(e).isPresent()) {
        folder.refuse();
      }
      throw e;
    }
  }

  /** Whether what is judged was calibrated on, which would flatter the shard at home. */
  static OverlapJob.Outcome overlap(
      SparkSession session, String sketches, List<StudyDomain> domains, VariantJudge judge)
      throws IOException {
    int[][] windows =
        domains.stream().flatMap(domain -> Stream.of(domain.windows())).toArray(int[][]::new);
    String tokenizer = judge.fingerprint().files().get("tokenizer.json");
    return new OverlapJob(session).run(sketches, windows, tokenizer);
  }

  /** Every variant, prepared before the first is judged, so that bad settings are refused early. */
  private List<Planned> plan(Request request, VariantJudge judge, Manifest manifest)
      throws IOException {
    List<CalibratedOn> parts = request.plan().parts(manifest, request.sketches());
    List<Planned> variants = new ArrayList<>();
    for (StudyMethod method : request.methods()) {
      List<CalibratedOn> own = method.takesData() ? parts : List.of(CalibratedOn.nothing());
      for (CalibratedOn part : own) {
        DataChoice choice = method.choice(part, request.plan().shards(), manifest.sketch().slice());
        variants.add(
            new Planned(
                method.variant(part),
                judge.prepare(
                    new QuantizeJob.Request(
                        request.model(),
                        method.store(request.sketches()),
                        request.output(),
                        method.plan().with(choice),
                        true))));
      }
    }
    return variants;
  }

  private BlockProfile.Result profile(Request request, Manifest manifest) throws IOException {
    String store = Locations.qualify(request.sketches(), conf);
    Map<String, SketchSelection> shards = new TreeMap<>();
    for (String shard : request.plan().shardsOf(manifest, request.sketches())) {
      shards.put(shard, DataSelection.of(alone(shard), store, manifest));
    }
    spark.setJobGroup("study", Words.format("Compare the sums of %d shards", shards.size()));
    List<BlockProfile.Result> blocks =
        spark
            .parallelize(IntStream.range(0, manifest.blocks()).boxed().toList(), manifest.blocks())
            .map(new BlockProfile(shards, new SerializableConfiguration(conf)))
            .collect();
    return new BlockProfile.Result(
        blocks.stream().flatMap(block -> block.profiles().stream()).toList(),
        blocks.stream().flatMap(block -> block.distances().stream()).toList());
  }

  /** One number for two shards: the mean over blocks and roles of what importance feels. */
  private static ShardDistances distances(BlockProfile.Result profile) {
    ShardDistances distances = new ShardDistances();
    profile.distances().stream()
        .collect(
            Collectors.groupingBy(
                d -> List.of(d.a(), d.b()),
                Collectors.averagingDouble(BlockProfile.Distance::importance)))
        .forEach((pair, mean) -> distances.put(pair.get(0), pair.get(1), mean));
    return distances;
  }

  private static DataChoice alone(String shard) {
    return new DataChoice(
        List.of(shard), List.of(), Map.of(), false, null, 0, FirstPosition.INCLUDE);
  }

  private void write(StudyOutcome outcome, StudyFolder folder, double seconds) throws IOException {
    OutputFolder output = folder.output();
    StudyTables.write(outcome, output, session);
    output.json("study.json", outcome.json());
    output.text("report.html", StudyPage.of(outcome));
    output.json("run.json", StudySummary.run(seconds, outcome));
    output.target().commit();
  }
}
