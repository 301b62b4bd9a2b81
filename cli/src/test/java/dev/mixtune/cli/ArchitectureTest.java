package dev.mixtune.cli;

import static com.tngtech.archunit.base.DescribedPredicate.alwaysTrue;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The folders are the architecture: arrows go one way, and each library lives in one room. */
class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mixtune");

  @Test
  void everyRoomIsSeen() {
    for (String room :
        new String[] {"engine", "hardware", "evaluators", "search", "results", "cli"}) {
      assertThat(CLASSES.stream().anyMatch(c -> c.getPackageName().contains("mixtune." + room)))
          .as(room)
          .isTrue();
    }
  }

  @Test
  void roomsAreUsedFromLeftToRight() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("engine")
        .definedBy("dev.mixtune.engine..")
        .layer("hardware")
        .definedBy("dev.mixtune.hardware..")
        .layer("evaluators")
        .definedBy("dev.mixtune.evaluators..")
        .layer("search")
        .definedBy("dev.mixtune.search..")
        .layer("results")
        .definedBy("dev.mixtune.results..")
        .layer("cli")
        .definedBy("dev.mixtune.cli..")
        .whereLayer("engine")
        .mayNotAccessAnyLayer()
        .whereLayer("hardware")
        .mayOnlyAccessLayers("engine")
        .whereLayer("evaluators")
        .mayOnlyAccessLayers("engine")
        .whereLayer("search")
        .mayOnlyAccessLayers("engine")
        .whereLayer("results")
        .mayOnlyAccessLayers("engine", "hardware", "evaluators", "search")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.mixtune.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void librariesLiveInOneRoom() {
    onlyIn("dev.mixtune.search..", "io.jenetics..");
    onlyIn("dev.mixtune.engine..", "ai.onnx.proto..", "ai.onnxruntime..", "com.google.protobuf..");
    onlyIn("dev.mixtune.results..", "java.sql..", "org.sqlite..", "org.jfree..");
    onlyIn("dev.mixtune.evaluators..", "ai.djl..");
    onlyIn("dev.mixtune.cli..", "picocli..", "ch.qos.logback..");
  }

  private static void onlyIn(String room, String... libraries) {
    noClasses()
        .that()
        .resideOutsideOfPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .as(String.join(", ", libraries) + " may be used only in " + room)
        .check(CLASSES.that(alwaysTrue()));
  }
}
