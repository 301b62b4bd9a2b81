package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.WeightsOnlyModel;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class WeightsOnlyTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  @Test
  void answersAreThoseOfFloatProductsWithTheRoundedWeightsAndBiases() throws IOException {
    Network network = new SmallNetworks(3, 6).gemm(6, 5).matMul(5, 4).read();
    Layer gemm = network.layers().get(0);
    Layer matMul = network.layers().get(1);
    float[] bias = {1, -2, 3, -4, 5};
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));
    RoundingLibrary library = plain.with(gemm, plain.perChannel(gemm, 4), bias);
    Map<String, Tensor> inputs = inputs(9, 6);

    float[] answers =
        run(
            new WeightsOnlyModel(network, library)
                .of(new Plan(List.of(Scheme.W4A8, Scheme.W2A8_DYNAMIC))),
            inputs);

    float[] x = ((Tensor.Floats) inputs.get("x")).values();
    for (int row = 0; row < 9; row++) {
      double[] hidden = new double[5];
      for (int j = 0; j < 5; j++) {
        hidden[j] = bias[j];
        for (int i = 0; i < 6; i++) {
          hidden[j] += x[row * 6 + i] * weight(plain.perChannel(gemm, 4), 5, i, j);
        }
      }
      for (int j = 0; j < 4; j++) {
        double sum = 0;
        for (int i = 0; i < 5; i++) {
          sum += hidden[i] * weight(plain.perChannel(matMul, 2), 4, i, j);
        }
        assertThat((double) answers[row * 4 + j]).isCloseTo(sum, within(1e-4));
      }
    }
  }

  private static double weight(RoundedWeights weights, int columns, int i, int j) {
    return weights.codes()[i * columns + j] * (double) weights.scales()[j];
  }

  @Test
  void layersThatAreNotRoundedStayAsTheyAreAndBlocksAreRefused() throws IOException {
    Network network = new SmallNetworks(3, 6).gemm(6, 5).matMul(5, 4).read();
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));
    WeightsOnlyModel model = new WeightsOnlyModel(network, plain);
    Map<String, Tensor> inputs = inputs(4, 6);

    assertThat(run(model.of(Plan.uniform(2, Scheme.F32)), inputs))
        .isEqualTo(run(network.originalModel(), inputs));
    Plan blocks = new Plan(List.of(Scheme.F32, Scheme.W4_BLOCK));
    assertThatThrownBy(() -> model.of(blocks))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("w4b");
    assertThatThrownBy(() -> model.of(Plan.uniform(1, Scheme.F32)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a plan of 1 layers for a network of 2");
  }

  @Test
  void fittedToFloatActivationsTheFloatModelAnswersBetterThanPlainlyRounded() throws IOException {
    Network network =
        new SmallNetworks(7, 5, 12)
            .matMul(12, 24)
            .then("Relu")
            .matMul(24, 24)
            .then("Relu")
            .matMul(24, 8)
            .read();
    List<Map<String, Tensor>> batches = List.of(inputs(64, 5, 12));
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
    FittingSettings settings = FittingSettings.defaults().weightsOnly();
    ExecutorService executor = Executors.newFixedThreadPool(2);
    RoundedNetwork fitted;
    try {
      fitted =
          new NetworkRounding(network, RUNTIME, calibration, settings, executor)
              .round(() -> batches, FittingProgress.silent());
    } finally {
      executor.shutdown();
    }
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));

    Map<String, Tensor> unseen = inputs(200, 5, 12);
    for (Scheme scheme : List.of(Scheme.W4A8_DYNAMIC, Scheme.W2A8_DYNAMIC)) {
      assertThat(distance(network, fitted.library(), scheme, unseen))
          .isLessThan(0.8 * distance(network, plain, scheme, unseen));
    }
    assertThat(RoundingCache.key(network, RUNTIME.version(), calibration, settings, batches))
        .isNotEqualTo(
            RoundingCache.key(
                network, RUNTIME.version(), calibration, FittingSettings.defaults(), batches));
  }

  private static double distance(
      Network network, RoundingLibrary library, Scheme scheme, Map<String, Tensor> inputs) {
    float[] wanted = run(network.originalModel(), inputs);
    float[] actual =
        run(new WeightsOnlyModel(network, library).of(Plan.uniform(3, scheme)), inputs);
    double sum = 0;
    for (int i = 0; i < wanted.length; i++) {
      sum += Math.pow(wanted[i] - actual[i], 2);
    }
    return sum;
  }

  private static Map<String, Tensor> inputs(int samples, int... axes) {
    long[] shape = new long[axes.length + 1];
    shape[0] = samples;
    int count = samples;
    for (int i = 0; i < axes.length; i++) {
      shape[i + 1] = axes[i];
      count *= axes[i];
    }
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of("x", new Tensor.Floats(values, shape));
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(inputs).get(0)).values();
    }
  }
}
