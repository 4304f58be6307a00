package dev.foresight.jobs.study;

import dev.foresight.InputException;
import dev.foresight.evaluate.PerplexityResult.Comparison;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.calibrate.CalibrateJob;
import dev.foresight.jobs.calibrate.Corpus;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.jobs.evaluate.EvaluateJob;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.jobs.quantize.QuantizeJob;
import dev.foresight.model.Model;
import dev.foresight.quantize.plan.Method;
import dev.foresight.quantize.plan.QuantizationPlan;
import dev.foresight.sketch.SketchSettings;
import dev.foresight.spark.calibrate.Execution;
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
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
  private static final List<Method> METHODS = List.of(Method.RTN, Method.AWQ, Method.FAQ);
  private static final List<String> STUDIED = List.of("code", "legal", "multilingual");

  @Spec private CommandSpec spec;
  @Mixin private SparkOptions spark;

  @Option(
      names = "--datasets",
      description = "The repository's datasets folder (default: that of the launcher).")
  private Path datasets;

  @Option(
      names = "--out",
      description = "Folder to write, replaced if it is there (default: target/demo).")
  private Path output;

  @Override
  public Integer call() throws Exception {
    Path home = Path.of(System.getProperty("foresight.home", ""));
    datasets = datasets == null ? home.resolve("datasets") : datasets;
    output = output == null ? home.resolve("target/demo") : output;
    Path model = datasets.resolve("models/foresight-tiny");
    if (!Files.isDirectory(model)) {
      throw new InputException(
          "There is no model %s: name the repository's datasets folder by --datasets."
              .formatted(model));
    }
    try (SparkSession session = spark.open("demo")) {
      run(session, model, spec.commandLine().getOut());
    }
    return 0;
  }

  private void run(SparkSession session, Path model, PrintWriter out) throws IOException {
    Execution execution = new Execution(Execution.Memory.RESIDENT);
    Path sketches = output.resolve("sketches");
    var packing = new PackingSettings(512, Bos.AUTO, "eos", 0);
    new CalibrateJob(session, out)
        .run(
            new CalibrateJob.Request(
                model.toString(),
                Corpus.files(datasets.resolve("corpus") + "/*.jsonl"),
                16,
                sketches.toString(),
                packing,
                new SketchSettings(16, 256, 16),
                execution,
                true,
                false,
                true));
    EvaluateJob judge = new EvaluateJob(session, execution);
    StringBuilder table = new StringBuilder();
    row(table, "float", 16, judge.run(judged(model, model)), weights(model));
    List<Integer> widths = widths();
    ModelFolder folder =
        ModelFolders.open(model.toString(), session.sparkContext().hadoopConfiguration());
    List<StudyMethod> studied;
    try (Model opened = Model.of(folder, ExportedCheckpoints.open(folder))) {
      for (int bits : widths) {
        for (Method method : METHODS) {
          String name = method.key();
          Path written = output.resolve("%s-%d".formatted(name, bits));
          QuantizationPlan plan = plan(opened, method, bits);
          new QuantizeJob(session, out)
              .run(
                  new QuantizeJob.Request(
                      model.toString(), sketches.toString(), written.toString(), plan, true));
          row(table, name, bits, judge.run(judged(written, model)), weights(written));
        }
      }
      studied =
          StudyMethod.parse(
              parser(), opened, options(widths.get(0)), List.of("awq", "faq"), List.of());
    }
    out.printf(
        "%n%-8s %5s %12s %10s %10s %12s%n",
        "method", "bits", "perplexity", "mean KL", "same top", "bytes");
    out.print(table);
    out.println("Held-out text of eight domains, 32 windows of 512. Folders: " + output);
    out.flush();
    new StudyJob(session, execution, out).run(study(model, sketches, studied));
  }

  /**
   * Three of the eight domains, each calibrated on alone and judged on: little enough for a demo.
   */
  private StudyJob.Request study(Path model, Path sketches, List<StudyMethod> studied) {
    String folder = output.resolve("study").toString();
    return new StudyJob.Request(
        model.toString(),
        sketches.toString(),
        studied,
        "awq",
        new StudyPlan(STUDIED, true, false, 0, List.of()),
        List.of("%s/heldout/{%s}.jsonl".formatted(datasets, String.join(",", STUDIED))),
        256,
        6,
        1,
        folder,
        true,
        false);
  }

  /** One row of the table. */
  QuantizationPlan plan(Model model, Method method, int bits) throws IOException {
    return parser().parse("demo", options(bits, "--method", method.key()), model);
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
        "%-8s %5d %12.4f %10.5f %9.2f%% %,12d%n"
            .formatted(
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
