package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real models with real labels, where they are at hand: their published accuracy is the oracle. */
class KitTest {
  @TempDir Path natives;

  private static Path kit(String model) {
    Path file =
        Path.of(System.getProperty("mixtune.root", "."), "..", "shared", "kit", model, "task.yaml")
            .normalize();
    Assumptions.assumeTrue(Files.exists(file), "no kit at " + file);
    return file;
  }

  @Test
  void residualNetworkScoresItsPublishedAccuracy() {
    Task task = TaskFile.read(kit("cifar10-resnet20"));
    OrtRuntime runtime = OrtRuntime.start(natives);
    try (Session session = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1)) {
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      assertThat(data.search().size()).isEqualTo(4000);
      assertThat(data.holdout().size()).isEqualTo(6000);
      double right =
          evaluator.reference(data.search()) * 4000 + evaluator.reference(data.holdout()) * 6000;
      // 91.73 % of all 10,000 images, which the two splits make up.
      assertThat(right).isCloseTo(9173, within(0.5));

      Outcome itself = evaluator.score(task.model(), data.search());
      assertThat(itself)
          .isInstanceOfSatisfying(
              Outcome.Scored.class,
              scored -> {
                assertThat(scored.score().counts().orElseThrow().lost()).isZero();
                assertThat(scored.score().counts().orElseThrow().gained()).isZero();
                assertThat(scored.closeness().kl()).isCloseTo(0, within(1e-12));
              });
    }
  }

  @Test
  void mobileNetworkReadsPictures() {
    Task task = TaskFile.read(kit("imagenet-mobilenetv2"));
    OrtRuntime runtime = OrtRuntime.start(natives);
    try (Session session = runtime.open(task.model(), 1);
        TaskData data = TaskData.open(task, session, 1)) {
      AccuracyEvaluator evaluator =
          new AccuracyEvaluator(
              runtime, task.model(), task.metric(), AccuracyEvaluator.Settings.usual());
      assertThat(data.holdout().size()).isEqualTo(164);
      double accuracy =
          (evaluator.reference(data.search()) + evaluator.reference(data.holdout())) / 2;
      // 89.6 % of these 328, as measured with another image reader: one picture either way.
      assertThat(accuracy).isCloseTo(0.896, within(0.0035));
    }
  }
}
