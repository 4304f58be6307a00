package dev.foresight.jobs;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.foresight.spark.io.AtomicFiles;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.text.Collator;
import java.text.DateFormat;
import java.text.MessageFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Scanner;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Dependencies point one way: jobs, udfs, core. */
class ModuleRulesTest {
  private static final String[] CORE = {
    "dev.foresight",
    "dev.foresight.tensor..",
    "dev.foresight.model..",
    "dev.foresight.onnx..",
    "dev.foresight.text..",
    "dev.foresight.sketch..",
    "dev.foresight.importance..",
    "dev.foresight.quantize..",
    "dev.foresight.export..",
    "dev.foresight.evaluate..",
    "dev.foresight.drift..",
    "dev.foresight.study.."
  };

  private static JavaClasses classes;

  @BeforeAll
  static void load() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.foresight");
  }

  @Test
  void coreKnowsNeitherSparkNorHadoop() {
    noClasses()
        .that()
        .resideInAnyPackage(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.apache.spark..",
            "org.apache.hadoop..",
            "org.apache.parquet..",
            "scala..",
            "dev.foresight.spark..",
            "dev.foresight.jobs..")
        .check(classes);
  }

  @Test
  void executorsDoNotKnowTheCommandLine() {
    noClasses()
        .that()
        .resideInAPackage("dev.foresight.spark..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.foresight.jobs..", "picocli..", "com.typesafe..")
        .check(classes);
  }

  /** Which asks for all that the command reads: what is written must lie apart from it. */
  @Test
  void commandsWriteThroughOutputFoldersAndFilesAlone() {
    noClasses()
        .that()
        .resideInAPackage("dev.foresight.jobs..")
        .and()
        .doNotHaveSimpleName("OutputFile")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(AtomicFiles.class)
        .check(classes);
  }

  @Test
  void searchKnowsNeitherOnnxNorText() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.foresight.quantize..", "dev.foresight.importance..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.foresight.onnx..", "dev.foresight.text..", "ai..")
        .check(classes);
  }

  @Test
  void sketchesKnowNeitherOnnxNorFiles() {
    noClasses()
        .that()
        .resideInAPackage("dev.foresight.sketch..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.foresight.onnx..", "dev.foresight.model..", "java.nio.file..")
        .check(classes);
  }

  /** In Persian or Arabic, Java writes %d in digits of its own, and in Turkish i is no I's. */
  @Test
  void noTextDependsOnTheLanguageOfTheMachine() {
    noClasses()
        .should()
        .callMethodWhere(
            target(nameMatching("format(ted)?|printf|to(Lower|Upper)Case"))
                .and(
                    target(
                        owner(belongToAnyOf(String.class, PrintStream.class, PrintWriter.class))))
                .and(
                    target(
                        describe(
                            "no locale",
                            t ->
                                !t.getRawParameterTypes().stream()
                                    .anyMatch(type -> type.isEquivalentTo(Locale.class))))))
        .orShould()
        .dependOnClassesThat()
        .belongToAnyOf(
            Scanner.class,
            NumberFormat.class,
            DateFormat.class,
            DateTimeFormatter.class,
            Collator.class,
            MessageFormat.class,
            FileReader.class,
            FileWriter.class)
        .orShould()
        .callMethod(Charset.class, "defaultCharset")
        .orShould()
        .callMethod(String.class, "getBytes")
        .orShould()
        .callConstructor(String.class, byte[].class)
        .orShould()
        .callConstructor(InputStreamReader.class, InputStream.class)
        .orShould()
        .callConstructor(OutputStreamWriter.class, OutputStream.class)
        .check(classes);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching("dev.foresight.(**)").should().beFreeOfCycles().check(classes);
  }

  @Test
  void packageHoldsAtMostThirtyFiles() {
    Map<String, Long> files =
        classes.stream()
            .filter(c -> c.isTopLevelClass() && !c.getSimpleName().equals("package-info"))
            .collect(Collectors.groupingBy(JavaClass::getPackageName, Collectors.counting()));
    // and a package-info each, which is compiled to no class
    assertThat(files.values()).allMatch(count -> count + 1 <= 30, "of " + files);
  }

  @Test
  void jobsKnowNoCommandLine() {
    noClasses()
        .that()
        .haveSimpleNameEndingWith("Job")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..")
        .orShould()
        .dependOnClassesThat()
        .haveSimpleNameEndingWith("Command")
        .check(classes);
  }

  @Test
  void onlyTheMainClassAndGroupsOfCommandsKnowCommands() {
    DescribedPredicate<Dependency> another =
        DescribedPredicate.describe(
            "another command",
            dependency ->
                dependency.getTargetClass().getSimpleName().endsWith("Command")
                    && !dependency
                        .getOriginClass()
                        .getName()
                        .startsWith(dependency.getTargetClass().getName()));
    for (JavaClass origin : classes) {
      if (origin.getPackageName().startsWith("dev.foresight")
          && !origin.getSimpleName().equals("Foresight")
          && !origin.getSimpleName().equals("SketchesCommand")) {
        assertThat(origin.getDirectDependenciesFromSelf())
            .as(origin.getName())
            .noneMatch(another.and(d -> d.getTargetClass().getName().startsWith("dev.foresight")));
      }
    }
  }

  @Test
  void plansHoldValuesAndRunNothing() {
    noClasses()
        .that()
        .resideInAPackage("dev.foresight.quantize.plan..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "picocli..",
            "org.apache..",
            "dev.foresight.quantize",
            "dev.foresight.quantize.kernel..",
            "dev.foresight.quantize.fold..",
            "dev.foresight.onnx..")
        .check(classes);
  }
}
