package dev.foresight.jobs.generate;

import dev.foresight.generate.Generator;
import dev.foresight.generate.Sampling;
import java.util.Set;
import picocli.CommandLine.Option;

/** How a model continues a prompt. */
final class SamplingOptions {
  @Option(
      names = "--candidates",
      defaultValue = "1",
      description =
          "Continuations of each prompt, which runs once for all of them (default:"
              + " ${DEFAULT-VALUE}).")
  private int candidates;

  @Option(
      names = "--max-tokens",
      defaultValue = "256",
      description =
          "Tokens of a continuation at most; fewer where the model's positions end (default:"
              + " ${DEFAULT-VALUE}).")
  private int maxTokens;

  @Option(
      names = "--temperature",
      defaultValue = "0",
      description =
          "What logits are divided by; 0 takes the likeliest token (default: ${DEFAULT-VALUE}).")
  private double temperature;

  @Option(
      names = "--top-k",
      defaultValue = "0",
      description = "Only so many of the likeliest tokens, 0 for all (default: ${DEFAULT-VALUE}).")
  private int topK;

  @Option(
      names = "--top-p",
      defaultValue = "1",
      description =
          "Only the likeliest tokens that have this share together (default: ${DEFAULT-VALUE}).")
  private double topP;

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
   * What the options say.
   *
   * @param stops tokens that end a continuation
   * @throws dev.foresight.InputException if one is outside its range
   */
  Generator.Settings settings(Set<Integer> stops) {
    Sampling sampling = new Sampling(temperature, topK, topP, minP, repetitionPenalty);
    return new Generator.Settings(sampling, seed, candidates, maxTokens, stops, batch);
  }
}
