package dev.foresight.jobs.generate;

import dev.foresight.generate.Generator;
import dev.foresight.generate.Sampling;
import java.util.Set;
import picocli.CommandLine.Option;

/** How a model continues a prompt, whatever the command. */
final class SamplingOptions {
  @Option(
      names = "--top-k",
      defaultValue = "0",
      description = "Only so many of the likeliest tokens, 0 for all (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(
      names = "--min-p",
      defaultValue = "0",
      description =
          "Only tokens at least so likely, relative to the likeliest (default: ${DEFAULT-VALUE}).")
  private double minP;

  @Option(
      names = "--repetition-penalty",
      defaultValue = "1",
      description =
          "What logits of tokens that were there are divided by, negative ones multiplied (default:"
              + " ${DEFAULT-VALUE}).")
  private double repetitionPenalty;

  @Option(
      names = "--seed",
      defaultValue = "0",
      description =
          "Of chance, which is a hash of it, the prompt, the candidate and the position (default:"
              + " ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--batch",
      defaultValue = "16",
      description = "Sequences that run at once in a task (default: ${DEFAULT-VALUE}).")
  private int batch;

  /**
   * Options whose defaults differ from command to command.
   *
   * @param candidates continuations of a prompt
   * @param maxTokens of a continuation
   */
  record Main(int candidates, int maxTokens, double temperature, double topP) {}

  /**
   * What the options say.
   *
   * @param stops tokens that end a continuation
   * @throws dev.foresight.InputException if one is outside its range
   */
  Generator.Settings settings(Main main, Set<Integer> stops) {
    Sampling sampling =
        new Sampling(main.temperature(), topK, main.topP(), minP, repetitionPenalty);
    return new Generator.Settings(
        sampling, seed, main.candidates(), main.maxTokens(), stops, batch);
  }
}
