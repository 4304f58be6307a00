package dev.foresight.jobs.inspect;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.export.ExportedCheckpoints;
import dev.foresight.jobs.calibrate.ExecutionOptions;
import dev.foresight.jobs.cli.OutputFile;
import dev.foresight.jobs.cli.RunReport;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.cli.SparkOptions;
import dev.foresight.model.Model;
import dev.foresight.onnx.BlockCache;
import dev.foresight.onnx.BlockRunner;
import dev.foresight.onnx.LikelyToken;
import dev.foresight.onnx.RowSelection;
import dev.foresight.onnx.RunnerSettings;
import dev.foresight.sketch.Sums;
import dev.foresight.spark.calibrate.Execution;
import dev.foresight.spark.io.FileSettings;
import dev.foresight.spark.io.Footprint;
import dev.foresight.spark.io.Json;
import dev.foresight.spark.io.Locations;
import dev.foresight.spark.io.ModelFingerprint;
import dev.foresight.spark.io.ModelFolders;
import dev.foresight.tensor.ModelFolder;
import dev.foresight.text.Tokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows that a model runs, and what goes on inside it. */
@Command(
    name = "run",
    description =
        "Runs a text through a model, without Spark: what each role of each block receives, and"
            + " the likeliest next tokens.",
    sortOptions = false)
public final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ExecutionOptions execution;

  @Option(
      names = "--model",
      required = true,
      description = "Folder, any Hadoop URI: float, ours, or another's compressed-tensors.")
  private String model;

  @Option(names = "--text", required = true, description = "Text file, any Hadoop URI.")
  private String text;

  @Option(
      names = "--top",
      defaultValue = "5",
      description = "Next tokens to show (default: ${DEFAULT-VALUE}).")
  private int top;

  @Option(names = "--report", description = "File to write the numbers to, as JSON.")
  private String report;

  @Override
  public Integer call() throws Exception {
    Configuration conf = SparkOptions.configuration();
    Execution how = execution.execution();
    Footprint footprint =
        Settings.footprint(spec)
            .reads("--model", model)
            .reads("--text", text)
            .writesFile("--report", report)
            .addsToLocal("--cache", how.cache());
    footprint.check(conf);
    OutputFile file = report == null ? null : OutputFile.report(footprint, "--report", "run", conf);
    ModelFolder folder = ModelFolders.open(Locations.qualify(model, conf), conf);
    try (Model opened = ExportedCheckpoints.model(folder);
        Tokenizer tokenizer = Tokenizer.open(folder)) {
      int[] tokens = tokens(conf, tokenizer, opened);
      opened.notes().forEach(note -> spec.commandLine().getOut().println("Note: " + note));
      RunReport result;
      try (BlockRunner runner = runner(folder, opened, how)) {
        result = run(opened, tokenizer, tokens, runner);
      }
      result.print(spec.commandLine().getOut());
      if (file != null) {
        file.writeReport(Json.MAPPER.valueToTree(result));
      }
    }
    return 0;
  }

  private static BlockRunner runner(ModelFolder folder, Model opened, Execution how)
      throws IOException {
    RunnerSettings settings =
        how.memory() == Execution.Memory.RESIDENT
            ? RunnerSettings.resident()
            : RunnerSettings.streaming(1);
    settings = settings.measuring(List.of(Sums.SUMS)).with(how.precision());
    if (how.cache() == null) {
      return new BlockRunner(opened, settings);
    }
    String fingerprint = ModelFingerprint.of(folder).sha256();
    return new BlockRunner(
        opened, settings, BlockCache.of(java.nio.file.Path.of(how.cache()), fingerprint));
  }

  private RunReport run(Model opened, Tokenizer tokenizer, int[] tokens, BlockRunner runner)
      throws IOException {
    RunReport.Collector collector = new RunReport.Collector();
    float[] hidden = runner.run(new int[][] {tokens}, RowSelection.none(), collector);
    float[] last =
        Arrays.copyOfRange(hidden, hidden.length - opened.config().hidden(), hidden.length);
    List<RunReport.Next> next =
        LikelyToken.after(opened, last, top).stream()
            .map(
                token ->
                    new RunReport.Next(
                        token.id(), token.probability(), tokenizer.decode(token.id())))
            .toList();
    return new RunReport(opened.location(), tokens, collector.roles(), next);
  }

  private int[] tokens(Configuration conf, Tokenizer tokenizer, Model opened) throws IOException {
    int[] tokens =
        IntStream.concat(
                IntStream.of(tokenizer.prefix()), Arrays.stream(tokenizer.encode(read(conf))))
            .toArray();
    if (tokens.length == 0) {
      throw new InputException(Words.format("--text %s is empty: there is nothing to run.", text));
    }
    int positions = opened.config().maxPositions();
    if (tokens.length > positions) {
      throw new InputException(
          Words.format(
              "--text %s is %d tokens, more than the %d positions of %s: shorten it.",
              text, tokens.length, positions, opened.location()));
    }
    return tokens;
  }

  private String read(Configuration conf) throws IOException {
    try (InputStream in = FileSettings.open(Locations.path(text), conf)) {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(in.readAllBytes()))
          .toString();
    } catch (FileNotFoundException e) {
      throw new InputException(
          Words.format("There is no file --text %s: check the path.", text), e);
    } catch (CharacterCodingException e) {
      throw new InputException(
          Words.format("--text %s is not UTF-8 text: convert it first.", text), e);
    }
  }
}
