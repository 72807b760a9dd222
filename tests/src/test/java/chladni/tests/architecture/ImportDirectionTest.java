package chladni.tests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import chladni.engine.error.EngineException;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.PackageMatchers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Data flows through the rooms in one order, and imports point only to the left. */
final class ImportDirectionTest {
  /** Two dots take the packages inside along. The engine's own package, its door, stands last. */
  private static final List<String> ENGINE =
      List.of(
          "chladni.engine.api..",
          "chladni.engine.error..",
          "chladni.engine.graph..",
          "chladni.engine.autodiff..",
          "chladni.engine.nn..",
          "chladni.engine.loss..",
          "chladni.engine.optim..",
          "chladni.engine.plan..",
          "chladni.engine.memory..",
          "chladni.engine.backend",
          "chladni.engine.backend.listing..",
          "chladni.engine.backend.reference..",
          "chladni.engine.backend.cpu..",
          "chladni.engine.io..",
          "chladni.engine");

  private static final List<String> SOUND2IMAGE =
      List.of(
          "chladni.sound2image.media..",
          "chladni.sound2image.network..",
          "chladni.sound2image.dataset..",
          "chladni.sound2image.features..",
          "chladni.sound2image.training..",
          "chladni.sound2image.generation..",
          "chladni.sound2image.evaluation..");

  private static final List<String> ROOMS =
      Stream.of(ENGINE, List.of("chladni.cuda.."), SOUND2IMAGE, List.of("chladni.app..")).flatMap(List::stream).toList();

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPackages(
              "chladni.engine", "chladni.cuda", "chladni.sound2image", "chladni.app");

  static Stream<Arguments> eachRoomAndThoseToItsRight() {
    return IntStream.range(0, ROOMS.size() - 1)
        .mapToObj(i -> Arguments.of(ROOMS.get(i), ROOMS.subList(i + 1, ROOMS.size())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("eachRoomAndThoseToItsRight")
  void aRoomImportsNothingToItsRight(String room, List<String> right) {
    noClasses()
        .that()
        .resideInAPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(right.toArray(String[]::new))
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  @Test
  void everyClassStandsInARoomOfTheOrder() {
    PackageMatchers rooms = PackageMatchers.of(ROOMS);
    assertThat(CLASSES)
        .hasSizeGreaterThan(50)
        .allMatch(c -> rooms.test(c.getPackageName()), "stands in a room");
  }

  @Test
  void theGraphKnowsNothingButErrorsAndMarks() {
    classes()
        .that()
        .resideInAPackage("chladni.engine.graph..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "chladni.engine.api..", "chladni.engine.error..", "chladni.engine.graph..")
        .check(CLASSES);
  }

  @Test
  void theEngineNeedsNothingButTheJdk() {
    classes()
        .that()
        .resideInAPackage("chladni.engine..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage("java..", "chladni.engine..")
        .check(CLASSES);
  }

  @Test
  void foreignMemoryStaysInTheRoomsThatOwnIt() {
    noClasses()
        .that()
        .resideOutsideOfPackages("chladni.engine.memory..", "chladni.engine.backend.cpu..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void exceptionsStandWhereUsersCanNameThem() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "chladni.engine.plan..",
            "chladni.engine.memory..",
            "chladni.engine.backend.reference..",
            "chladni.engine.backend.cpu..")
        .should()
        .beAssignableTo(EngineException.class)
        .check(CLASSES);
  }

  @Test
  void cudaIsKnownInItsBackendAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("chladni.cuda..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("jcuda..", "chladni.cuda..")
        .check(CLASSES);
  }

  @Test
  void ffmpegStaysInMedia() {
    noClasses()
        .that()
        .resideOutsideOfPackage("chladni.sound2image.media..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(CLASSES);
  }

  @Test
  void backendsDoNotKnowEachOther() {
    noClasses()
        .that()
        .resideInAnyPackage("chladni.engine.backend.cpu..", "chladni.cuda..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("chladni.engine.backend.reference..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("chladni.cuda..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("chladni.engine.backend.cpu..")
        .check(CLASSES);
  }
}
