package dev.mixtune.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import dev.mixtune.training.Architecture.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The network trains, and its ONNX file computes the same as DJL does. */
class ResidualNetworkTest {
  private static final int SIZE = 12;
  private static final int CLASSES = 5;
  private static final int IMAGES = 16;
  private static final Architecture SMALL =
      new Architecture(SIZE, List.of(new Stage(4, 2), new Stage(8, 1), new Stage(6, 2)), CLASSES);

  @TempDir Path folder;

  @BeforeAll
  static void offline() {
    NetworkTrainer.configureEngine(1);
  }

  /**
   * Without steps the normalization is the identity; the steps give it statistics, scales and
   * shifts.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 5})
  void onnxRuntimeComputesTheSameLogits(int steps) throws IOException, OrtException {
    ResidualNetwork network = new ResidualNetwork(SMALL);
    Path file = folder.resolve("model.onnx");
    Batch batch = randomBatch();
    try (NetworkTrainer trainer = new NetworkTrainer(network, step -> 0.05f, 3)) {
      for (int i = 0; i < steps; i++) {
        trainer.step(batch);
      }
      OnnxWriter.write(network, file);
      float[] expected = trainer.logits(batch.input());

      try (OnnxClassifier classifier = new OnnxClassifier(file)) {
        float[][] actual = classifier.logits(batch.input(), IMAGES, SIZE, SIZE);
        assertThat(expected).hasSize(IMAGES * CLASSES).doesNotContain(Float.NaN);
        for (int i = 0; i < expected.length; i++) {
          assertThat(actual[i / CLASSES][i % CLASSES]).isCloseTo(expected[i], within(1e-4f));
        }
      }
    }
  }

  @Test
  void trainingStepsLowerTheLoss() {
    Batch batch = randomBatch();
    try (NetworkTrainer trainer =
        new NetworkTrainer(new ResidualNetwork(SMALL), step -> 0.05f, 3)) {
      float before = trainer.step(batch);
      float after = before;
      for (int i = 0; i < 30; i++) {
        after = trainer.step(batch);
      }
      assertThat(after).isLessThan(before / 2);
    }
  }

  @Test
  void oneSeedGivesTheSameBytes() throws IOException {
    byte[] first = train("first.onnx", 5);

    assertThat(train("second.onnx", 5)).isEqualTo(first);
    assertThat(train("third.onnx", 6)).isNotEqualTo(first);
  }

  private byte[] train(String name, int seed) throws IOException {
    ResidualNetwork network = new ResidualNetwork(SMALL);
    Path file = folder.resolve(name);
    try (NetworkTrainer trainer = new NetworkTrainer(network, step -> 0.05f, seed)) {
      for (int i = 0; i < 3; i++) {
        trainer.step(randomBatch());
      }
      OnnxWriter.write(network, file);
    }
    return Files.readAllBytes(file);
  }

  /** Counted by hand for a 2 x 2 input, which the second stage shrinks to one pixel. */
  @Test
  void countsLayersAndMultiplications() {
    ResidualNetwork network =
        new ResidualNetwork(new Architecture(2, List.of(new Stage(4, 1), new Stage(5, 1)), 3));

    long stem = 4 * 4 * 9;
    long first = 2 * 4 * 4 * 4 * 9;
    long second = 5 * 4 * 9 + 5 * 5 * 9 + 5 * 4;
    assertThat(network.macs()).isEqualTo(stem + first + second + 5 * 3);
    assertThat(network.layers()).isEqualTo(7);
  }

  private static Batch randomBatch() {
    SplittableRandom random = new SplittableRandom(17);
    float[] input = new float[IMAGES * SIZE * SIZE];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextGaussian();
    }
    return new Batch(input, random.longs(IMAGES, 0, CLASSES).toArray());
  }
}
