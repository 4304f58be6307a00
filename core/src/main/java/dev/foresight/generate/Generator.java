package dev.foresight.generate;

import dev.foresight.InputException;
import dev.foresight.Words;
import dev.foresight.model.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Continues many prompts at once. A prompt runs once, whatever the number of its continuations; a
 * sequence that ends gives its place to the next prompt. What is written depends on the prompts
 * that are given together and on nothing else.
 */
public final class Generator {
  private final CachedModel model;
  private final Settings settings;
  private final Sampler sampler;

  /**
   * What is asked of each prompt.
   *
   * @param candidates continuations of a prompt
   * @param maxTokens tokens of a continuation at most, fewer where the model's positions end
   * @param stops tokens that end a continuation
   * @param batch sequences that run at once, at least the candidates of one prompt
   */
  public record Settings(
      Sampling sampling, long seed, int candidates, int maxTokens, Set<Integer> stops, int batch)
      implements java.io.Serializable {
    public Settings {
      require(candidates, "--candidates");
      require(maxTokens, "--max-tokens");
      require(batch, "--batch");
      stops = Set.copyOf(stops);
    }

    private static void require(int number, String option) {
      if (number < 1) {
        throw new InputException(Words.format("%s is %d, but must be positive.", option, number));
      }
    }

    int places() {
      return Math.max(batch, candidates);
    }
  }

  public Generator(CachedModel model, Settings settings) {
    this.model = model;
    this.settings = settings;
    this.sampler = new Sampler(settings.sampling(), settings.seed());
  }

  /**
   * Continues prompts.
   *
   * @return for each prompt its continuations, in the order of candidates
   * @throws InputException if a prompt is empty or leaves no room in the model's positions, or a
   *     token is outside the vocabulary
   */
  public List<List<Continuation>> generate(List<Prompt> prompts) {
    List<List<Sequence>> written = new ArrayList<>();
    int room = prompts.stream().mapToInt(this::room).max().orElse(1);
    List<Sequence> active = new ArrayList<>(); // by place
    List<float[]> logits = new ArrayList<>();
    try (Decoder decoder = new Decoder(model, settings.places(), room)) {
      while (written.size() < prompts.size() || !active.isEmpty()) {
        while (written.size() < prompts.size()
            && active.size() + settings.candidates() <= settings.places()) {
          Prompt prompt = prompts.get(written.size());
          written.add(admit(decoder, prompt, active, logits));
        }
        for (int i = 0; i < active.size(); i++) {
          active.get(i).extend(sampler, settings, logits.get(i));
        }
        retire(decoder, active);
        logits = step(decoder, active);
      }
    }
    return written.stream()
        .map(each -> each.stream().map(Sequence::continuation).toList())
        .toList();
  }

  /** Runs a prompt and gives each of its continuations a place. */
  private List<Sequence> admit(
      Decoder decoder, Prompt prompt, List<Sequence> active, List<float[]> logits) {
    List<Sequence> fresh = new ArrayList<>();
    int first = active.size();
    float[] behind = decoder.prompt(first, prompt.tokens());
    for (int candidate = 0; candidate < settings.candidates(); candidate++) {
      if (candidate > 0) {
        decoder.copy(first, first + candidate, prompt.tokens().length);
      }
      fresh.add(new Sequence(prompt, candidate, room(prompt)));
      logits.add(behind);
    }
    active.addAll(fresh);
    return fresh;
  }

  /** Drops what has ended; the last place moves into the gap. */
  private static void retire(Decoder decoder, List<Sequence> active) {
    for (int place = active.size() - 1; place >= 0; place--) {
      if (active.get(place).ended()) {
        int last = active.size() - 1;
        Sequence moved = active.remove(last);
        if (place < last) {
          decoder.copy(last, place, moved.length() - 1);
          active.set(place, moved);
        }
      }
    }
  }

  /** Runs the last token of each sequence; all of one whose angles change with it. */
  private static List<float[]> step(Decoder decoder, List<Sequence> active) {
    int[] tokens = active.stream().mapToInt(Sequence::last).toArray();
    int[] positions = active.stream().mapToInt(sequence -> sequence.length() - 1).toArray();
    List<float[]> logits = new ArrayList<>();
    if (tokens.length > 0) {
      logits.addAll(List.of(decoder.step(tokens, positions)));
    }
    for (int place = 0; place < tokens.length; place++) {
      if (decoder.changesBehind(positions[place])) {
        logits.set(place, decoder.prompt(place, active.get(place).tokens()));
      }
    }
    return logits;
  }

  private int room(Prompt prompt) {
    int length = prompt.tokens().length;
    ModelConfig config = model.model().config();
    if (length == 0) {
      throw new InputException(
          Words.format("The prompt %s has no tokens: give it a text.", prompt.id()));
    }
    if (length >= config.maxPositions()) {
      throw new InputException(
          Words.format(
              "The prompt %s is %d tokens, and %s has %d positions: nothing can follow it. Shorten it.",
              prompt.id(), length, model.model().location(), config.maxPositions()));
    }
    int most = Math.min(settings.maxTokens(), prompt.most());
    return Math.min(length + most, config.maxPositions());
  }
}
