package dev.foresight.jobs.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.foresight.InputException;
import dev.foresight.jobs.cli.Settings;
import dev.foresight.jobs.quantize.PlanParser;
import dev.foresight.quantize.plan.DataChoice;
import dev.foresight.quantize.plan.Method;
import dev.foresight.sketch.FirstPosition;
import dev.foresight.study.CalibratedOn;
import dev.foresight.study.CalibratedOn.Kind;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Methods of a study: how they are named, and which part of the store each variant sees. */
class StudyMethodTest {
  private static final PlanParser PARSER = new PlanParser(Settings.of());

  private static List<AskedMethod> parse(List<String> methods, String... more) {
    return AskedMethod.parse(PARSER, List.of("--bits", "3"), methods, List.of(more));
  }

  private static void assertRefused(List<String> methods, String more, String message) {
    assertThatThrownBy(() -> parse(methods, more))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static StudyMethod choosing(DataChoice data) {
    return new StudyMethod("mine", "", SmallStudy.plan(Method.FAQ, data), null);
  }

  @Test
  void methodsComeInTheOrderTheyWereGivenThoseWithOptionsLast() {
    List<AskedMethod> asked =
        parse(List.of("faq", "rtn"), "a.b-c+1=--method awq  --loss\tdiagonal");
    assertThat(asked).extracting(AskedMethod::name).containsExactly("faq", "rtn", "a.b-c+1");
    assertThat(asked.get(2).options()).isEqualTo("--method awq --loss diagonal");
    assertThat(asked.get(0).options()).isEqualTo("--method faq");
  }

  @Test
  void methodThatIsNotUnderstoodIsRefusedBeforeAModelIsOpened() {
    assertRefused(List.of("gguf"), "x=--bits 2", "--methods has no method 'gguf': choose some of ");
    assertRefused(List.of(), "--method awq", "--with '--method awq' has no name");
    assertRefused(List.of(), "x=", "--with 'x=' has no name");
    assertRefused(List.of(), "x=--group many", "--with x: ");
    assertRefused(List.of(), "x=--no-such-option", "see 'foresight quantize --help'.");
    assertRefused(
        List.of("awq"), "awq=--method awq", "--methods and --with name awq twice: give one of");
  }

  @Test
  void othersAreComparedWithAwqWhereItIsThere() {
    List<AskedMethod> both = parse(List.of("awq", "faq"));
    assertThat(AskedMethod.against(null, both)).isEqualTo("awq");
    assertThat(AskedMethod.against("faq", both)).isEqualTo("faq");
    assertThat(AskedMethod.against(null, parse(List.of("faq")))).isEmpty();
    assertThatThrownBy(() -> AskedMethod.against("rtn", both))
        .isInstanceOf(InputException.class)
        .hasMessage("--against rtn: the study has no such method; it has awq, faq.");
  }

  @Test
  void choiceOfShardsIsTheStudysAlone() {
    FirstPosition position = FirstPosition.INCLUDE;
    for (DataChoice wrong :
        List.of(
            new DataChoice(List.of("a"), List.of(), Map.of(), false, null, 0, position),
            new DataChoice(List.of(), List.of("a"), Map.of(), false, null, 0, position),
            new DataChoice(List.of(), List.of(), Map.of(), false, 1L, 0, position),
            new DataChoice(List.of(), List.of(), Map.of(), false, null, 1, position))) {
      assertThatThrownBy(() -> choosing(wrong))
          .isInstanceOf(InputException.class)
          .hasMessageStartingWith("--with mine: which shards count is the study's to vary");
    }
  }

  /** What a method itself says of its data holds in every part. */
  @Test
  void weightsAndBalanceOfAMethodHoldInEveryPart() {
    StudyMethod method =
        choosing(
            new DataChoice(
                List.of(), List.of(), Map.of("a", 2.0), true, null, 0, FirstPosition.EXCLUDE));
    for (Kind kind : List.of(Kind.SHARD, Kind.WITHOUT)) {
      DataChoice choice = method.choice(new CalibratedOn(kind, "a"), List.of("a", "b"), 4);
      assertThat(choice.weights()).isEqualTo(Map.of("a", 2.0));
      assertThat(choice.balance()).isTrue();
      assertThat(choice.firstPosition()).isEqualTo(FirstPosition.EXCLUDE);
    }
  }

  @Test
  void everyPartIsAChoiceOfSlices() {
    StudyMethod method = SmallStudy.method(Method.FAQ);
    List<String> shards = List.of("a", "b");
    DataChoice all = method.choice(CalibratedOn.all(), shards, 4);
    assertThat(all.shards()).isEqualTo(shards);
    assertThat(all.firstSlices()).isZero();
    assertThat(method.choice(new CalibratedOn(Kind.SHARD, "a"), shards, 4).shards())
        .containsExactly("a");
    DataChoice without = method.choice(new CalibratedOn(Kind.WITHOUT, "a"), shards, 4);
    assertThat(without.shards()).isEqualTo(shards);
    assertThat(without.excluded()).containsExactly("a");
    assertThat(method.choice(new CalibratedOn(Kind.BOOTSTRAP, "9"), shards, 4).bootstrap())
        .isEqualTo(9L);
    assertThat(method.choice(new CalibratedOn(Kind.FIRST, "12"), shards, 4).firstSlices())
        .as("12 sequences in slices of 4")
        .isEqualTo(3);
  }

  @Test
  void methodThatTakesNoDataHasNoChoice() {
    StudyMethod method = new StudyMethod("rtn", "", SmallStudy.plan(Method.RTN, null), null);
    assertThat(method.takesData()).isFalse();
    assertThat(method.choice(CalibratedOn.nothing(), List.of("a"), 4)).isNull();
    assertThat(method.variant(CalibratedOn.nothing()).bits()).isEqualTo(3);
  }

  @Test
  void methodMayReadAnotherStoreWhereverItsOptionsNameIt() {
    for (List<String> own :
        List.of(
            List.of("--sketches", "other", "--method", "awq"),
            List.of("--method", "awq", "--sketches=other"))) {
      AskedMethod asked = AskedMethod.parse(PARSER, "mine", List.of("--bits", "3"), own);
      assertThat(asked.sketches()).isEqualTo("other");
      assertThat(asked.options()).isEqualTo(String.join(" ", own));
    }
    StudyMethod method = new StudyMethod("mine", "", SmallStudy.plan(Method.RTN, null), "other");
    assertThat(method.store("common")).isEqualTo("other");
    assertThat(new StudyMethod("m", "", method.plan(), null).store("common")).isEqualTo("common");
  }
}
