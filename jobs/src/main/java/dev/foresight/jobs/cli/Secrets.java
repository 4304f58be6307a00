package dev.foresight.jobs.cli;

import java.util.regex.Pattern;

/** Keeps passwords out of what is printed. */
final class Secrets {
  private static final String MASK = "*********";
  private static final Pattern NAME =
      Pattern.compile(
          "(?i)secret|passw|credential|(access|account|private|encryption)[.-]?key|sas[.-]"
              + "|tokens?$|token[.-](?!ids)");
  private static final Pattern VALUE = Pattern.compile("(?i)secret|passw");
  private static final Pattern USER_OF_URI = Pattern.compile("(//)[^/@\\s]+@");

  private Secrets() {}

  /** The value as it may be shown: stars if its name or itself speaks of a secret. */
  static String masked(String name, String value) {
    if (NAME.matcher(name).find() || VALUE.matcher(value).find()) {
      return MASK;
    }
    return USER_OF_URI.matcher(value).replaceAll("$1" + MASK + "@");
  }
}
