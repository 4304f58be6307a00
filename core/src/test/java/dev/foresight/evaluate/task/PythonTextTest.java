package dev.foresight.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Expected texts are what Python 3.11 gives. */
class PythonTextTest {
  @Test
  void marksOfHellaSwagAreRemovedInTheOrderOfTheHarness() {
    assertThat(
            PythonText.withoutMarks(
                "  How to [header] fix [title] Get [step]  ready.   [substeps] Go. "))
        .isEqualTo("How to fix. Get  ready.  Go.");
    assertThat(PythonText.withoutMarks("[x] starts")).isEqualTo(" starts");
  }

  @Test
  void onlyTheLineFeedEndsALineWithinBrackets() {
    assertThat(PythonText.withoutMarks("a\u2028[b\u2028c] d [e\nf] g"))
        .isEqualTo("a\u2028 d [e\nf] g");
  }

  @Test
  void firstCharacterIsInTitleCaseAndAllOthersInLowerCase() {
    assertThat(PythonText.capitalize("hELLO World. YES")).isEqualTo("Hello world. yes");
    assertThat(PythonText.capitalize("ßtraßE")).isEqualTo("Sstraße");
    assertThat(PythonText.capitalize("ǆA")).isEqualTo("ǅa");
    assertThat(PythonText.capitalize("")).isEmpty();
  }

  @Test
  void whiteSpaceIsWhatPythonTakesForIt() {
    // [c for c in range(0x3001) if chr(c).isspace()]
    assertThat(IntStream.rangeClosed(0, 0x3000).filter(PythonText::isSpace).boxed())
        .containsExactly(
            0x9, 0xa, 0xb, 0xc, 0xd, 0x1c, 0x1d, 0x1e, 0x1f, 0x20, 0x85, 0xa0, 0x1680, 0x2000,
            0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028,
            0x2029, 0x202f, 0x205f, 0x3000);
    assertThat(PythonText.strip("\u00a0 a b\u3000\n")).isEqualTo("a b");
  }
}
