package dev.foresight.jobs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.foresight.spark.AtomicFiles;
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
}
