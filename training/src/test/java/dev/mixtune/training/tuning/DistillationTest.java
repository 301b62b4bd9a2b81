package dev.mixtune.training.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.mixtune.training.program.Torch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The loss has the gradient of its closed form, also where garbage is collected before it. */
class DistillationTest {
  private static final double TEMPERATURE = 2;
  private static final double SHARE = 0.25;
  private static final float[] STUDENT = {0.5f, -1, 2, 0.25f, 1.5f, -0.75f};
  private static final float[] TEACHER = {1, 0.5f, -1, -2, 0.75f, 0.25f};
  private static final int[] LABELS = {2, 0};

  private static NDManager manager;

  @BeforeAll
  static void start() {
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  @Test
  void theGradientIsThatOfTheClosedForm() {
    float[] expected = new float[STUDENT.length];
    for (int row = 0; row < 2; row++) {
      double[] soft = probabilities(STUDENT, row, TEMPERATURE);
      double[] aim = probabilities(TEACHER, row, TEMPERATURE);
      double[] hard = probabilities(STUDENT, row, 1);
      for (int i = 0; i < 3; i++) {
        double distilled = TEMPERATURE * (soft[i] - aim[i]) / 2;
        double labelled = (hard[i] - (LABELS[row] == i ? 1 : 0)) / 2;
        expected[3 * row + i] = (float) ((1 - SHARE) * distilled + SHARE * labelled);
      }
    }

    assertThat(gradient()).containsExactly(expected, within(1e-5f));
  }

  /** Hinton et al. 2015, section 2. */
  private static double[] probabilities(float[] logits, int row, double temperature) {
    double[] exponentials = new double[3];
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      exponentials[i] = Math.exp(logits[3 * row + i] / temperature);
      sum += exponentials[i];
    }
    for (int i = 0; i < 3; i++) {
      exponentials[i] /= sum;
    }
    return exponentials;
  }

  private static float[] gradient() {
    try (NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray student = manager.create(STUDENT, new Shape(2, 3));
      student.setRequiresGradient(true);
      NDArray labels = manager.create(LABELS).oneHot(3);
      try (GradientCollector collector = Torch.collect()) {
        NDArray loss =
            new Distillation(TEMPERATURE, SHARE)
                .loss(student, manager.create(TEACHER, new Shape(2, 3)), labels);
        List<ByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
          if (i % 100 == 0) {
            System.gc();
          }
          ByteBuffer buffer = ByteBuffer.allocateDirect(8);
          taken.add(buffer.putLong(0, -1));
        }
        collector.backward(loss);
        assertThat(taken).hasSize(1000);
      }
      return student.getGradient().toFloatArray();
    }
  }
}
