package dev.foresight.regenerate;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What is seen of a text without running a model. */
public final class Features {
  private static final int REPEATED = 4; // tokens of a run that may come again
  private static final int COPIED = 8; // tokens of a run that may be copied
  private static final int OPENING = 160; // characters in which a refusal would stand
  private static final double PRESENT = 0.05; // share of letters that makes a script one of a text
  private static final Pattern REFUSAL =
      Pattern.compile(
          "\\b(as an ai\\b|as a language model|i('m| am) (sorry|unable)|i (can't|cannot|can not|won't)"
              + " (help|assist|provide|answer|do|continue|rewrite))",
          Pattern.CASE_INSENSITIVE);

  private Features() {}

  /** Share of runs of {@value #REPEATED} tokens that stood before in the same text. */
  public static double repetition(int... tokens) {
    List<String> runs = runs(tokens, REPEATED);
    return runs.isEmpty() ? 0 : 1 - (double) new HashSet<>(runs).size() / runs.size();
  }

  /** Share of the runs of {@value #COPIED} tokens that stand in the prompt. */
  public static double copied(int[] prompt, int[] tokens) {
    List<String> runs = runs(tokens, COPIED);
    Set<String> there = new HashSet<>(runs(prompt, COPIED));
    return runs.isEmpty()
        ? 0
        : (double) runs.stream().filter(there::contains).count() / runs.size();
  }

  private static List<String> runs(int[] tokens, int length) {
    return IntStream.rangeClosed(0, tokens.length - length)
        .mapToObj(
            at ->
                IntStream.range(at, at + length)
                    .mapToObj(i -> Integer.toString(tokens[i]))
                    .collect(Collectors.joining(" ")))
        .toList();
  }

  /** Share of the letters that are of scripts which the source has next to none of. */
  public static double foreign(String source, String text) {
    Map<Character.UnicodeScript, Integer> known = scripts(source);
    int letters = sum(known);
    Map<Character.UnicodeScript, Integer> found = scripts(text);
    int all = sum(found);
    if (letters == 0 || all == 0) {
      return 0;
    }
    found.keySet().removeIf(script -> known.getOrDefault(script, 0) > PRESENT * letters);
    return (double) sum(found) / all;
  }

  private static Map<Character.UnicodeScript, Integer> scripts(String text) {
    Map<Character.UnicodeScript, Integer> scripts = new EnumMap<>(Character.UnicodeScript.class);
    text.codePoints()
        .filter(Character::isLetter)
        .forEach(letter -> scripts.merge(Character.UnicodeScript.of(letter), 1, Integer::sum));
    return scripts;
  }

  private static int sum(Map<Character.UnicodeScript, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether a text begins as models do that won't answer, in English. */
  public static boolean refuses(String text) {
    return REFUSAL.matcher(text.substring(0, Math.min(OPENING, text.length()))).find();
  }
}
