package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnx.proto.OnnxMl.NodeProto;
import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.AddedBias;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.lowering.WeightsOnlyModel;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class AddedBiasTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  private static Optional<AddedBias> behindTheFirstProduct(SmallNetworks network)
      throws IOException {
    Network read = network.read();
    NodeProto product =
        read.graph().nodes().stream()
            .filter(node -> node.getOpType().equals("MatMul"))
            .findFirst()
            .orElseThrow();
    return AddedBias.of(read.graph(), product);
  }

  @Test
  void oneValuePerChannelOrOneForAllIsABias() throws IOException {
    for (long[] shape : new long[][] {{16}, {1, 16}, {1, 1, 16}}) {
      assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 16).add(shape)))
          .hasValueSatisfying(bias -> assertThat(bias.shape()).hasSize(shape.length));
    }
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 16).add(1)))
        .hasValueSatisfying(bias -> assertThat(bias.shape()).containsExactly(16L));
  }

  @Test
  void oneChannelTakesAConstantWithoutAxes() throws IOException {
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 12).matMul(12, 1).add()))
        .hasValueSatisfying(bias -> assertThat(bias.shape()).containsExactly(1L));
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 1).add(1, 1)))
        .hasValueSatisfying(bias -> assertThat(bias.shape()).containsExactly(1L, 1L));
  }

  @Test
  void otherConstantsOfAnotherShapeOrReaderAreNone() throws IOException {
    // One value for each position is no bias, and neither is a constant that adds an axis.
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 16).add(5, 1)))
        .isEmpty();
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 16).add(1, 1, 1, 16)))
        .isEmpty();
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 16).then("Relu")))
        .isEmpty();
    assertThat(behindTheFirstProduct(new SmallNetworks(1, 5, 12).matMul(12, 16))).isEmpty();
    assertThat(
            behindTheFirstProduct(
                new SmallNetworks(1, 5, 12).matMul(12, 16).exposed().add(16).then("Relu")))
        .isEmpty();
  }

  @Test
  void aPlanAddsTheLibrarysBiasToRoundedProductsOnly() throws IOException {
    Network network = new SmallNetworks(3, 5, 12).matMul(12, 16).add(16).read();
    Layer layer = network.layers().get(0);
    List<Map<String, Tensor>> batches = List.of(inputs(4, 5, 12));
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));
    float[] bias = new float[16];
    for (int i = 0; i < bias.length; i++) {
      bias[i] = 3 * i - 20;
    }
    RoundingLibrary library = plain.with(layer, plain.perChannel(layer, 8), bias);
    float[] own = LayerWeights.of(network, network.graph().nodes().get(0), layer).bias();

    for (Scheme scheme : List.of(Scheme.W8A8_DYNAMIC, Scheme.W4A8_DYNAMIC, Scheme.F32)) {
      Plan plan = Plan.uniform(1, scheme);
      float[] before =
          run(new PlanLowering(network, calibration, plain).lower(plan).model(), batches.get(0));
      float[] after =
          run(new PlanLowering(network, calibration, library).lower(plan).model(), batches.get(0));
      float[] weightsOnly = run(new WeightsOnlyModel(network, library).of(plan), batches.get(0));
      for (int i = 0; i < before.length; i++) {
        // The bias was given for 8 bits: at other widths, and in float, the model's own stays.
        double shift = scheme == Scheme.W8A8_DYNAMIC ? bias[i % 16] - own[i % 16] : 0;
        assertThat((double) after[i] - before[i]).isCloseTo(shift, within(1e-4));
        assertThat(weightsOnly[i]).isCloseTo(after[i], within(0.2f));
      }
    }
  }

  @Test
  void theMeanErrorOfARoundedProductGoesIntoTheBias() throws IOException {
    Network network = new SmallNetworks(5, 5, 12).matMul(12, 16).add(16).read();
    Map<String, Tensor> samples = inputs(64, 5, 12);
    float[] values = ((Tensor.Floats) samples.get("x")).values();
    for (int i = 0; i < values.length; i++) {
      values[i] += i % 12;
    }
    List<Map<String, Tensor>> batches = List.of(samples);
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
    ExecutorService executor = Executors.newFixedThreadPool(2);
    RoundingLibrary library;
    try {
      library =
          new NetworkRounding(
                  network,
                  RUNTIME,
                  calibration,
                  FittingSettings.defaults().withWidths(List.of(2)),
                  executor)
              .round(() -> batches, FittingProgress.silent())
              .library();
    } finally {
      executor.shutdown();
    }
    Plan plan = Plan.uniform(1, Scheme.W2A8_DYNAMIC);
    float[] wanted = run(network.originalModel(), samples);
    float[] actual =
        run(new PlanLowering(network, calibration, library).lower(plan).model(), samples);
    float[] uncorrected =
        run(
            new PlanLowering(
                    network,
                    calibration,
                    library.with(
                        network.layers().get(0),
                        library.perChannel(network.layers().get(0), 2),
                        null))
                .lower(plan)
                .model(),
            samples);
    assertThat(meanShift(wanted, actual)).isLessThan(0.1 * meanShift(wanted, uncorrected));
  }

  /** Sum over channels of the squared mean difference. */
  private static double meanShift(float[] wanted, float[] actual) {
    double[] sums = new double[16];
    for (int i = 0; i < wanted.length; i++) {
      sums[i % 16] += actual[i] - wanted[i];
    }
    double shift = 0;
    for (double sum : sums) {
      shift += Math.pow(sum * 16 / wanted.length, 2);
    }
    return shift;
  }

  private static Map<String, Tensor> inputs(int samples, int rows, int columns) {
    Random random = new Random(2);
    float[] values = new float[samples * rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of("x", new Tensor.Floats(values, new long[] {samples, rows, columns}));
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(inputs).get(0)).values();
    }
  }
}
