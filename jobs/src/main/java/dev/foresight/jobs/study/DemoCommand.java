package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.evaluate.PerplexityResult.Comparison;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.calibrate.CalibrateJob;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.cli.SparkRun;
import dev.foresight.jobs.cli.StoreAccess;
import dev.foresight.jobs.evaluate.EvaluateJob;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.jobs.quantize.QuantizeJob;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.Bos;
import dev.foresight.text.PackingSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job on the model and text of the repository: every step is the production code. */
@Command(
    name = "demo",
    description =
        "Calibrates a small model on real text, quantizes it by every method at 3 and 4 bits, judges"
            + " the results, and studies how far they depend on the text calibrated on.",
    sortOptions = false)
public final class DemoCommand implements Callable<Integer> {
  private static final int GROUP = 64;
  private static final Execution EXECUTION = new Execution(Execution.Memory.RESIDENT);
  private static final List<Method> METHODS = List.of(Method.RTN, Method.AWQ, Method.FORESIGHT);
  private static final List<String> STUDIED = List.of("code", "legal", "multilingual");

  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Option(
      names = "--datasets",
      description = "The repository's datasets folder (default: that of the launcher).")
  private String given;

  @Option(
      names = "--out",
      description = "Folder to write, replaced if it is there (default: target/demo).")
  private String folder;

  private Path datasets;
  private Path output;

  @Override
  public Integer call() throws Exception {
    Path home = Path.of(System.getProperty("foresight.home", ""));
    datasets = given == null ? home.resolve("datasets") : Locations.local("--datasets", given);
    output = folder == null ? home.resolve("target/demo") : Locations.local("--out", folder);
    Path model = datasets.resolve("models/foresight-tiny");
    if (!Files.isDirectory(model)) {
      throw new InputException(
          Words.format(
              "There is no model %s: name the repository's datasets folder by --datasets.", model));
    }
    Footprint footprint =
        Settings.footprint(spec)
            .reads("--datasets", datasets.toString())
            .addsTo("--out", output.toString());
    requireOurs(footprint, model);
    try (SparkRun held = spark.open("demo", footprint)) {
      SparkSession session = held.session();
      run(session, model, spec.commandLine().getOut());
    }
    return 0;
  }

  /** Every folder that will be replaced is looked at before the first is. */
  private void requireOurs(Footprint footprint, Path model) throws IOException {
    Configuration conf = StoreAccess.configuration();
    footprint.check(conf);
    calibration(model).footprint().check(conf);
    for (int bits : widths()) {
      for (Method method : METHODS) {
        QuantizeJob.footprint(
                new Footprint(),
                model.toString(),
                sketches().toString(),
                written(method, bits).toString(),
                true)
            .check(conf);
      }
    }
    study(model, List.of()).footprint().check(conf);
  }

  private void run(SparkSession session, Path model, PrintWriter out) throws IOException {
    new CalibrateJob(session, out).run(calibration(model));
    EvaluateJob judge = new EvaluateJob(session, EXECUTION);
    StringBuilder table = new StringBuilder();
    row(table, "float", 16, judge.run(judged(model, model)), weights(model));
    List<StudyMethod> studied = new ArrayList<>();
    ModelFolder folder =
        ModelFolders.open(model.toString(), session.sparkContext().hadoopConfiguration());
    try (Model opened = ExportedCheckpoints.model(folder)) {
      for (int bits : widths()) {
        for (Method method : METHODS) {
          Path written = written(method, bits);
          new QuantizeJob(session, out).run(request(model, method, bits, opened));
          row(table, method.key(), bits, judge.run(judged(written, model)), weights(written));
        }
      }
      for (AskedMethod method :
          AskedMethod.parse(
              parser(), options(widths().get(0)), List.of("awq", "foresight"), List.of())) {
        studied.add(method.of(opened));
      }
    }
    out.printf(
        Locale.ROOT,
        "%n%-9s %5s %12s %10s %10s %12s%n",
        "method",
        "bits",
        "perplexity",
        "mean KL",
        "same top",
        "bytes");
    out.print(table);
    out.println("Held-out text of eight domains, 32 windows of 512. Folders: " + output);
    out.flush();
    new StudyJob(session, EXECUTION, out).run(study(model, studied));
  }

  private Path sketches() {
    return output.resolve("sketches");
  }

  private Path written(Method method, int bits) {
    return output.resolve(Words.format("%s-%d", method.key(), bits));
  }

  private CalibrateJob.Request calibration(Path model) {
    return new CalibrateJob.Request(
        model.toString(),
        Corpus.files(datasets.resolve("corpus") + "/*.jsonl"),
        16,
        sketches().toString(),
        new PackingSettings(512, Bos.AUTO, "eos", 0),
        new SketchSettings(16, 512, 16),
        EXECUTION,
        true,
        false,
        true);
  }

  /**
   * Three of the eight domains, each calibrated on alone and judged on: little enough for a demo.
   */
  private StudyJob.Request study(Path model, List<StudyMethod> studied) {
    String folder = output.resolve("study").toString();
    return new StudyJob.Request(
        model.toString(),
        sketches().toString(),
        studied,
        "awq",
        new StudyPlan(STUDIED, true, false, 0, List.of()),
        List.of(Words.format("%s/heldout/{%s}.jsonl", datasets, String.join(",", STUDIED))),
        256,
        6,
        1,
        folder,
        true,
        false);
  }

  private QuantizeJob.Request request(Path model, Method method, int bits, Model opened)
      throws IOException {
    return new QuantizeJob.Request(
        model.toString(),
        sketches().toString(),
        written(method, bits).toString(),
        plan(opened, method, bits),
        true);
  }

  /** One row of the table. */
  QuantizationPlan plan(Model model, Method method, int bits) throws IOException {
    return parser().parse("demo", options(bits, "--method", method.key())).plan(model);
  }

  private PlanParser parser() {
    return new PlanParser(Settings.of(spec));
  }

  /** 3 and 4 bits, unless settings name a width of quantize. */
  List<Integer> widths() {
    OptionalInt set = Settings.of(spec).bits();
    return set.isPresent() ? List.of(set.getAsInt()) : List.of(3, 4);
  }

  private static List<String> options(int bits, String... own) {
    List<String> options = new ArrayList<>();
    options.addAll(List.of("--bits", Integer.toString(bits), "--group", Integer.toString(GROUP)));
    options.addAll(List.of(own));
    return options;
  }

  private EvaluateJob.Request judged(Path folder, Path reference) {
    return new EvaluateJob.Request(
        folder.toString(),
        Optional.of(reference.toString()),
        Optional.of(output.resolve("states").toString()),
        datasets.resolve("heldout") + "/*.jsonl",
        512,
        32);
  }

  private static void row(
      StringBuilder table, String method, int bits, EvaluateJob.Outcome outcome, long bytes) {
    Comparison reference = outcome.result().comparison().orElseThrow();
    table.append(
        Words.format(
            "%-9s %5d %12.4f %10.5f %9.2f%% %,12d%n",
            method,
            bits,
            outcome.result().perplexity(),
            reference.meanDivergence(),
            100 * reference.topAgreement(),
            bytes));
  }

  private static long weights(Path folder) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        bytes += file.toString().endsWith(".safetensors") ? Files.size(file) : 0;
      }
    }
    return bytes;
  }
}
