package dev.foresight.evaluate.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskRowsTest {
  private static Document row(Task task, String json) {
    List<Document> documents = TaskRows.read(task, "rows.jsonl", json.replace('\'', '"') + "\n");
    assertThat(documents).hasSize(1);
    return documents.get(0);
  }

  private static List<String> texts(Document document) {
    return document.prompts().stream().map(p -> p.context() + "|" + p.continuation()).toList();
  }

  @Test
  void piqaAsksTheGoalAndOffersBothSolutions() {
    Document row = row(Task.PIQA, "{'goal': 'g', 'sol1': 'a', 'sol2': 'bb', 'label': 1}");
    assertThat(texts(row)).containsExactly("Question: g\nAnswer:| a", "Question: g\nAnswer:| bb");
    assertThat(row.lengths()).containsExactly(1, 2);
    assertThat(row.gold()).isOne();
  }

  @Test
  void arcTakesTheAnswerFromItsLabelsWhichMayBeNumbers() {
    Document row =
        row(
            Task.ARC_EASY,
            "{'question': 'q', 'choices': {'text': ['x', 'y', 'z'], 'label': ['1', '2', '3']},"
                + " 'answerKey': '3'}");
    assertThat(row.gold()).isEqualTo(2);
    assertThat(texts(row).get(2)).isEqualTo("Question: q\nAnswer:| z");
  }

  @Test
  void hellaSwagCleansContextAndEndings() {
    Document row =
        row(
            Task.HELLASWAG,
            "{'activity_label': 'Roof', 'ctx_a': 'A man sits. [step]', 'ctx_b': 'he', 'label':"
                + " '1', 'endings': ['is [x] off.', 'runs.']}");
    assertThat(texts(row))
        .containsExactly("Roof: A man sits. He| is off.", "Roof: A man sits. He| runs.");
    assertThat(row.gold()).isOne();
  }

  @Test
  void lambadaAsksForTheLastWordWithItsSpace() {
    Document row = row(Task.LAMBADA, "{'text': 'one two\\nthree signs'}");
    assertThat(texts(row)).containsExactly("one two\nthree| signs");
  }

  @Test
  void winoGrandeScoresTheRestOfTheSentenceBehindEitherOption() {
    Document row =
        row(
            Task.WINOGRANDE,
            "{'sentence': 'So _ won  it. ', 'option1': 'Ann', 'option2': 'Bo', 'answer': '2'}");
    assertThat(texts(row)).containsExactly("So Ann| won  it.", "So Bo| won  it.");
    assertThat(row.gold()).isOne();
  }

  @Test
  void boolQOffersNoThenYesAndReadsEitherFormOfTheAnswer() {
    String fields = "{'passage': 'p', 'question': 'is it', ";
    Document row = row(Task.BOOLQ, fields + "'label': 0}");
    assertThat(texts(row))
        .containsExactly("p\nQuestion: is it?\nAnswer:| no", "p\nQuestion: is it?\nAnswer:| yes");
    assertThat(row.gold()).isZero();
    assertThat(row(Task.BOOLQ, fields + "'answer': true}").gold()).isOne();
  }

  @Test
  void renderedRowsAreTakenAsTheyAre() {
    Document row = row(Task.PIQA, "{'ctx': 'c', 'choices': [' a', '  b'], 'gold': 0}");
    assertThat(texts(row)).containsExactly("c| a", "c|  b");
    assertThat(row.lengths()).containsExactly(1, 2);
    assertThat(texts(row(Task.WINOGRANDE, "{'ctxs': ['x', 'y'], 'cont': ' z', 'gold': 1}")))
        .containsExactly("x| z", "y| z");
    assertThat(texts(row(Task.LAMBADA, "{'ctx': 'x', 'target': ' z'}"))).containsExactly("x| z");
  }

  @Test
  void lengthsAreCodePointsNotHalvesOfPairs() {
    Document row = row(Task.PIQA, "{'ctx': 'c', 'choices': [' 😀', ' bb'], 'gold': 0}");
    assertThat(row.lengths()).containsExactly(1, 2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PIQA|{'goal': 'g', 'sol1': 'a', 'label': 1}|\"sol2\" is missing among [goal, sol1, label]",
        "PIQA|{'goal': 'g', 'sol1': 'a', 'sol2': 'b', 'label': -1}|\"label\" is -1, where 0 to 1",
        "PIQA|{'goal': 3, 'sol1': 'a', 'sol2': 'b', 'label': 1}|\"goal\" is 3, not a text",
        "HELLASWAG|{'activity_label': 'x', 'ctx_a': 'x', 'ctx_b': '', 'endings': ['a', 'b'],"
            + " 'label': ''}|\"label\" is \"\", where",
        "ARC_EASY|{'question': 'q', 'choices': {'text': ['x', 'y'], 'label': ['A', 'B']},"
            + " 'answerKey': 'C'}|\"answerKey\" is C, where the 2 choices are [A, B]",
        "ARC_EASY|{'question': 'q', 'choices': {'text': ['x']}, 'answerKey': 'C'}|no list of two",
        "LAMBADA|{'text': 'word'}|no passage with a last word",
        "WINOGRANDE|{'sentence': 'no gap', 'option1': 'a', 'option2': 'b', 'answer': '1'}|no gap",
        "WINOGRANDE|{'sentence': 'a _ b', 'option1': 'a', 'option2': 'b', 'answer': '3'}|\"3\"",
        "BOOLQ|{'passage': 'p', 'question': 'q', 'answer': 'maybe'}|\"label\" is missing",
        "PIQA|{'ctx': 'c', 'choices': ['a', ' b'], 'gold': 0}|\"a\" does not begin with a space",
        "PIQA|{'ctx': 'c', 'choices': [' a', ' b'], 'gold': 2}|\"gold\" is 2, where 0 to 1",
        "PIQA|{'ctx': ' ', 'choices': [' a', ' b'], 'gold': 1}|\"ctx\" is empty",
        "PIQA|{'ctx': 'c', 'choices': [' a', 7], 'gold': 1}|holds 7 where a text is due",
        "PIQA|[1]|not a JSON object",
        "PIQA|{'goal'|not valid JSON"
      })
  void rowThatCannotBeScoredIsNamedByItsLine(Task task, String json, String message) {
    String good =
        switch (task.kind()) {
          case CHOICES, ANSWERS -> "{\"ctx\": \"c\", \"choices\": [\" a\", \" b\"], \"gold\": 0}";
          case CONTEXTS -> "{\"ctxs\": [\"c\", \"d\"], \"cont\": \" a\", \"gold\": 0}";
          case EXACT -> "{\"ctx\": \"c\", \"target\": \" a\"}";
        };
    String text = good + "\n\n" + json.replace('\'', '"') + "\n" + good + "\n";
    assertThatThrownBy(() -> TaskRows.read(task, "rows.jsonl", text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("rows.jsonl, line 3")
        .hasMessageContaining(message);
  }

  @Test
  void fileNamedAsTheWholeSetMustHoldAllOfIt() {
    String row = "{\"ctx\": \"c\", \"choices\": [\" a\", \" b\"], \"gold\": 0}\n";
    assertThatThrownBy(() -> TaskRows.read(Task.ARC_CHALLENGE, "arc_challenge.jsonl.gz", row))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("has 1172 rows, but holds 1")
        .hasMessageContaining("arc_challenge_sample.jsonl");
    assertThat(TaskRows.read(Task.ARC_CHALLENGE, "arc_challenge_sample.jsonl", row)).hasSize(1);
    assertThat(TaskRows.read(Task.BOOLQ, "boolq.jsonl", row.repeat(3270))).hasSize(3270);
  }

  @Test
  void fileWithoutRowsIsRefused() {
    assertThatThrownBy(() -> TaskRows.read(Task.BOOLQ, "rows.jsonl", "\n"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no rows for --task boolq");
  }

  @Test
  void unknownTaskNamesAll() {
    assertThatThrownBy(() -> Task.named("mmlu"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--task mmlu is unknown")
        .hasMessageContaining("arc_challenge, hellaswag");
  }
}
