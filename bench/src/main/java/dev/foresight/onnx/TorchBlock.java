package dev.foresight.onnx;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A Python process that runs the same block by PyTorch, one run for each line it is sent, so that
 * runs of both sides can alternate. See {@code bench/blocks/torch_block.py}.
 */
final class TorchBlock implements AutoCloseable {
  private final Process process;
  private final Writer to;
  private final BufferedReader from;
  private final String version;

  /**
   * @param python an interpreter with torch and transformers
   */
  TorchBlock(String python, String script, BenchmarkBlock.Size size) throws IOException {
    this.process =
        new ProcessBuilder(
                List.of(
                    python,
                    script,
                    Integer.toString(size.hidden),
                    Integer.toString(size.intermediate),
                    Integer.toString(size.heads),
                    Integer.toString(size.kvHeads),
                    Integer.toString(RunnerSettings.resident().batchTokens()),
                    Integer.toString(BenchmarkBlock.LENGTH)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    this.to = process.outputWriter(StandardCharsets.UTF_8);
    this.from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.version = from.readLine();
    if (version == null) {
      throw new IOException(python + " ended: it needs torch and transformers");
    }
  }

  /** Name and version. */
  String version() {
    return version;
  }

  /**
   * @param type float32 or bfloat16
   */
  TorchRun run(String type) {
    return new TorchRun(type);
  }

  /** One forward pass in the other process. */
  final class TorchRun implements BenchmarkBlock.Run {
    private final String type;

    private TorchRun(String type) {
      this.type = type;
    }

    @Override
    public void once(int caller) {
      try {
        to.write(type + "\n");
        to.flush();
        if (!"done".equals(from.readLine())) {
          throw new IOException("PyTorch ended");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {}
  }

  @Override
  public void close() {
    process.destroy();
  }
}
