package dev.mixtune.training.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program of an imported network answers as ONNX Runtime does with the original file. */
class NetworkProgramTest {
  private static final double RELATIVE = 1e-4;

  private static OrtRuntime runtime;
  private static NDManager manager;

  @BeforeAll
  static void start() {
    runtime = Kit.runtime();
    manager = Torch.start(1);
  }

  @AfterAll
  static void stop() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({
    "cifar10-resnet20/model.onnx, 32, 4",
    "cifar10-resnet20/model_bn.onnx, 32, 4",
    "cifar10-resnet8/model.onnx, 32, 4",
    "imagenet-mobilenetv2/model.onnx, 224, 1"
  })
  void answersAsOnnxRuntime(String file, int size, int batch) {
    Path path = Kit.file(file);
    Network network = new NetworkReader(runtime).read(path, Map.of());
    Map<String, Tensor> inputs =
        Map.of(network.inputName(), pictures(file.contains("resnet8"), batch, 3, size, size));

    compare(network.originalModel(), network.graph().model().toByteArray(), inputs);
  }

  /** Import folds BatchNormalization; the model as it was exported still has it. */
  @Test
  void answersWithBatchNormalizationInPlace() throws IOException {
    byte[] model = Files.readAllBytes(Kit.file("cifar10-resnet20/model_bn.onnx"));
    compare(model, model, Map.of("input", pictures(false, 2, 3, 32, 32)));
  }

  /** A transformer, given by {@code -Dmixtune.minilm=model.onnx}. */
  @Test
  void answersForTexts() {
    String given = System.getProperty("mixtune.minilm");
    assumeTrue(given != null, "needs -Dmixtune.minilm=MODEL");
    Network network = new NetworkReader(runtime).read(Path.of(given), Map.of());
    Map<String, Tensor> inputs = new HashMap<>();
    long[] shape = {2, 12};
    long[] ids = new Random(4).longs(24, 1000, 20000).toArray();
    long[] mask = new long[24];
    Arrays.fill(mask, 0, 20, 1);
    network
        .graph()
        .inputs()
        .forEach(
            input -> {
              String name = input.getName();
              long[] values =
                  name.contains("mask") ? mask : name.contains("type") ? new long[24] : ids;
              inputs.put(name, new Tensor.Longs(values, shape));
            });

    compare(network.originalModel(), network.graph().model().toByteArray(), inputs);
  }

  private static void compare(byte[] original, byte[] imported, Map<String, Tensor> inputs) {
    Tensor.Floats expected;
    try (Session session = runtime.open(original, 1)) {
      expected = (Tensor.Floats) session.run(inputs).get(0);
    }
    try (GradientProgram program =
            GradientProgram.of(imported, runtime, manager, DataType.FLOAT32);
        NDScope scope = new NDScope()) {
      scope.suppressNotUsedWarning();
      NDArray answer = program.run(arrays(inputs)).get(0);
      assertThat(answer.getShape().getShape()).isEqualTo(expected.shape());
      assertThat(relativeError(answer.toFloatArray(), expected.values())).isLessThan(RELATIVE);
    }
  }

  /** Largest difference over the largest magnitude. */
  private static double relativeError(float[] actual, float[] expected) {
    double difference = 0;
    double magnitude = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
      magnitude = Math.max(magnitude, Math.abs(expected[i]));
    }
    return difference / magnitude;
  }

  private static Map<String, NDArray> arrays(Map<String, Tensor> inputs) {
    Map<String, NDArray> arrays = new HashMap<>();
    inputs.forEach(
        (name, tensor) ->
            arrays.put(
                name,
                tensor instanceof Tensor.Floats floats
                    ? manager.create(floats.values(), new Shape(floats.shape()))
                    : manager.create(((Tensor.Longs) tensor).values(), new Shape(tensor.shape()))));
    return arrays;
  }

  private static Tensor pictures(boolean raw, int... shape) {
    long[] axes = Arrays.stream(shape).asLongStream().toArray();
    Random random = new Random(2);
    float[] values = new float[(int) Tensor.elements(axes)];
    for (int i = 0; i < values.length; i++) {
      values[i] = raw ? random.nextInt(256) : (float) random.nextGaussian();
    }
    return new Tensor.Floats(values, axes);
  }
}
