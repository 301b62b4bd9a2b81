package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;
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
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.rounding.BlockWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import dev.mixtune.engine.runtime.Session;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockRoundingTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  private static Network network() throws IOException {
    return new SmallNetworks(8, 5, 40).matMul(40, 70).add(70).then("Relu").matMul(70, 12).read();
  }

  private static RoundedNetwork fitted(
      Network network, Calibration calibration, List<Map<String, Tensor>> batches) {
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      return new NetworkRounding(
              network, RUNTIME, calibration, FittingSettings.defaults(), executor)
          .round(() -> batches, FittingProgress.silent());
    } finally {
      executor.shutdown();
    }
  }

  /** Sequences of different lengths, one in a batch: as text comes. */
  private static List<Map<String, Tensor>> sequences(int count, int longest) {
    Random random = new Random(count);
    List<Map<String, Tensor>> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int length = 1 + random.nextInt(longest);
      float[] values = new float[length * 40];
      for (int j = 0; j < values.length; j++) {
        values[j] = (float) random.nextGaussian() + 0.5f * (j % 3);
      }
      batches.add(Map.of("x", new Tensor.Floats(values, new long[] {1, length, 40})));
    }
    return batches;
  }

  private static Calibration calibration(Network network, List<Map<String, Tensor>> batches) {
    return new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("min-max"));
  }

  @Test
  void blocksFittedToSequencesAnswerBetterThanPlainOnesOnOthers() throws IOException {
    Network network = openNetwork();
    List<Map<String, Tensor>> batches = sequences(120, 5);
    Calibration calibration = calibration(network, batches);
    RoundedNetwork fitted = fitted(network, calibration, batches);
    RoundingLibrary plain = new RoundingLibrary(network, RoundingMethods.named("mse"));

    List<Map<String, Tensor>> unseen = sequences(60, 5);
    for (Scheme scheme : List.of(Scheme.W4_BLOCK, Scheme.W2_BLOCK)) {
      PlanLowering before = new PlanLowering(network, calibration, plain);
      PlanLowering after = new PlanLowering(network, calibration, fitted.library());
      Plan plan = Plan.uniform(2, scheme);
      assertThat(distance(network, after.lower(plan).model(), unseen))
          .as(scheme.id())
          .isLessThan(0.8 * distance(network, before.lower(plan).model(), unseen));
    }
    assertThat(fitted.report().blocks())
        .extracting(entry -> entry.layer() + ":" + entry.bits())
        .containsExactlyInAnyOrder("0:4", "0:2", "1:4", "1:2");
    for (RoundingReport.Entry entry : fitted.report().blocks()) {
      Layer layer = network.layers().get(entry.layer());
      assertThat(entry.errors()).containsKey("mse");
      assertThat(entry.errors().keySet()).anyMatch(method -> method.startsWith("gptq"));
      assertThat(fitted.library().blockwise(layer, entry.bits()).method())
          .isEqualTo(entry.chosen());
    }
    assertThat(fitted.library().bias(network.layers().get(0), Scheme.W2_BLOCK)).isPresent();
    assertThat(fitted.library().bias(network.layers().get(1), Scheme.W2_BLOCK)).isEmpty();
    assertThat(fitted.library().bias(network.layers().get(0), Scheme.F32)).isEmpty();
  }

  private static Network openNetwork() throws IOException {
    return new SmallNetworks(8, -1, 40).matMul(40, 70).add(70).then("Relu").matMul(70, 12).read();
  }

  @Test
  void theKernelReadsNegativeScalesAndShortLastBlocks() throws IOException {
    Network network = new SmallNetworks(4, 5, 40).matMul(40, 12).read();
    Layer layer = network.layers().get(0);
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(gaussian(5 * 40), new long[] {1, 5, 40})));
    Calibration calibration = calibration(network, batches);
    Random random = new Random(6);
    for (int bits : new int[] {8, 4, 2}) {
      byte[] codes = new byte[40 * 12];
      for (int i = 0; i < codes.length; i++) {
        codes[i] = (byte) (random.nextInt(1 << bits) - (1 << (bits - 1)));
      }
      float[] scales = new float[12 * 2];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = (i % 2 == 0 ? -1 : 1) * (0.01f + random.nextFloat());
      }
      BlockWeights blocks = BlockWeights.of(bits, 40, 12, codes, scales, "test");
      RoundingLibrary library =
          new RoundingLibrary(network, RoundingMethods.named("mse")).with(layer, blocks, null);
      Plan plan = Plan.uniform(1, Scheme.ofId("w" + bits + "b"));
      float[] answers =
          run(new PlanLowering(network, calibration, library).lower(plan).model(), batches.get(0));

      float[] x = ((Tensor.Floats) batches.get(0).get("x")).values();
      double squares = 0;
      double errors = 0;
      for (int row = 0; row < 5; row++) {
        for (int n = 0; n < 12; n++) {
          double sum = 0;
          for (int k = 0; k < 40; k++) {
            double weight = codes[k * 12 + n] * (double) scales[n * 2 + k / 32];
            assertThat((double) blocks.values()[k * 12 + n]).isCloseTo(weight, within(1e-5));
            sum += x[row * 40 + k] * weight;
          }
          squares += sum * sum;
          errors += Math.pow(answers[row * 12 + n] - sum, 2);
        }
      }
      // The kernel puts activations on 8 bits: a wrong sign or a wrong block would err by 1 or
      // more.
      assertThat(errors / squares).isLessThan(1e-3);
    }
  }

  @Test
  void cachedBlocksAreReadBack(@TempDir Path folder) throws IOException {
    Network network = network();
    List<Map<String, Tensor>> batches =
        List.of(Map.of("x", new Tensor.Floats(gaussian(24 * 5 * 40), new long[] {24, 5, 40})));
    Calibration calibration = calibration(network, batches);
    RoundingCache cache = new RoundingCache(folder);
    RoundedNetwork made = cache.get(network, "key", () -> fitted(network, calibration, batches));
    RoundedNetwork read =
        cache.get(
            network,
            "key",
            () -> {
              throw new IllegalStateException("the cache was not used");
            });

    assertThat(read.report()).isEqualTo(made.report());
    assertThat(read.report().blocks()).hasSize(4);
    for (Layer layer : network.layers()) {
      for (int bits : new int[] {4, 2}) {
        BlockWeights stored = read.library().blockwise(layer, bits);
        assertThat(stored.packed()).isEqualTo(made.library().blockwise(layer, bits).packed());
        assertThat(stored.scales()).isEqualTo(made.library().blockwise(layer, bits).scales());
        Scheme scheme = Scheme.ofId("w" + bits + "b");
        assertThat(read.library().bias(layer, scheme).isPresent())
            .isEqualTo(made.library().bias(layer, scheme).isPresent());
        read.library()
            .bias(layer, scheme)
            .ifPresent(
                bias ->
                    assertThat(bias).isEqualTo(made.library().bias(layer, scheme).orElseThrow()));
      }
    }
  }

  private static float[] gaussian(int count) {
    Random random = new Random(count);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static double distance(Network network, byte[] model, List<Map<String, Tensor>> batches) {
    double sum = 0;
    for (Map<String, Tensor> batch : batches) {
      float[] wanted = run(network.originalModel(), batch);
      float[] actual = run(model, batch);
      for (int i = 0; i < wanted.length; i++) {
        sum += Math.pow(wanted[i] - actual[i], 2);
      }
    }
    return sum;
  }

  private static float[] run(byte[] model, Map<String, Tensor> inputs) {
    try (Session session = RUNTIME.open(model, 1)) {
      return ((Tensor.Floats) session.run(inputs).get(0)).values();
    }
  }
}
