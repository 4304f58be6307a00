package dev.foresight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {
  @ParameterizedTest
  @ValueSource(strings = {"en-US", "fa-IR", "ar-EG", "de-DE", "tr-TR", "th-TH-u-nu-thai"})
  void numbersAreWrittenAlikeInEveryLanguage(String language) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag(language));
    try {
      // Python 3.11: f"{7:05d} {1234567:,d} {0.5:.2f} {'I'}"
      assertThat(Words.format("%05d %,d %.2f %s", 7, 1234567, 0.5, "I"))
          .isEqualTo("00007 1,234,567 0.50 I");
    } finally {
      Locale.setDefault(before);
    }
  }
}
