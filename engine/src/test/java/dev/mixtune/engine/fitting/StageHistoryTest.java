package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Tensor;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.rounding.RoundedWeights;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The oracle is a collector without a history, which computes all from the network's inputs. */
class StageHistoryTest {
  private static final OrtRuntime RUNTIME = TestKit.runtime();

  /** So many that neighbours share a stage. */
  private static final int LAYERS = 77;

  private static final int SAMPLES = 6;

  private ExecutorService executor;

  @BeforeEach
  void start() {
    executor = Executors.newFixedThreadPool(2);
  }

  @AfterEach
  void stop() {
    executor.shutdown();
  }

  @Test
  void inputsOfAStageAreThoseOfTheLayersRoundedBeforeIt() throws IOException {
    SmallNetworks chain = new SmallNetworks(8, 4, 3, 3);
    for (int layer = 0; layer < LAYERS; layer++) {
      chain.conv(new long[] {4, 4, 1, 1}).then("Relu");
    }
    Network network = chain.read();
    List<Map<String, Tensor>> batches = List.of(batch(1, 3), batch(2, 3));
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("mse"));
    FittingSettings settings = FittingSettings.defaults().weightsOnly();
    RoundingLibrary library = new RoundingLibrary(network, RoundingMethods.named("mse"));
    Lane lane =
        new Lane(
            network, calibration, UniformPlans.of(network, 4), settings.activations(), library);
    MomentCollector collector = collector(network, calibration, settings, 1 << 20);

    List<List<Layer>> stages = Stages.of(network);
    assertThat(stages).hasSizeLessThan(LAYERS);
    for (List<Layer> stage : stages) {
      Map<Layer, LayerMoments> found = collector.collect(stage, List.of(lane), batches).get(0);
      Map<Layer, LayerMoments> expected =
          collector(network, calibration, settings, 0)
              .collect(stage, List.of(lane), batches)
              .get(0);
      for (Layer layer : stage) {
        assertThat(found.get(layer).fitted().actual(0))
            .as(layer.name())
            .isEqualTo(expected.get(layer).fitted().actual(0));
        assertThat(found.get(layer).fitted().actualWanted(0))
            .isEqualTo(expected.get(layer).fitted().actualWanted(0));
      }
      stage.forEach(layer -> lane.round(layer, larger(library.perChannel(layer, 4))));
    }
  }

  @Test
  void whatIsKeptStaysBelowItsLimitHoweverLongTheSamplesAre() throws IOException {
    Network network =
        new SmallNetworks(8, 4, 3, -1)
            .conv(new long[] {4, 4, 1, 1})
            .then("Relu")
            .conv(new long[] {4, 4, 1, 1})
            .then("Relu")
            .conv(new long[] {4, 4, 1, 1})
            .read();
    List<Map<String, Tensor>> batches = List.of(batch(1, 3), batch(2, 50));
    Calibration calibration =
        new Calibrator(RUNTIME, 1).run(network, batches, RangeMethods.named("mse"));
    FittingSettings settings = FittingSettings.defaults().weightsOnly();
    Lane lane =
        new Lane(
            network,
            calibration,
            UniformPlans.of(network, 4),
            settings.activations(),
            new RoundingLibrary(network, RoundingMethods.named("mse")));
    // 4 channels, 3 rows, 3 columns of each of 3 samples, then 50 of 3, in two networks.
    long all = 2L * 3 * 4 * 3 * (3 + 50) * Float.BYTES;
    for (long limit : new long[] {all, all - 1}) {
      MomentCollector collector = collector(network, calibration, settings, limit);
      for (List<Layer> stage : Stages.of(network)) {
        LayerMoments found =
            collector.collect(stage, List.of(lane), batches).get(0).get(stage.get(0));
        LayerMoments expected =
            collector(network, calibration, settings, 0)
                .collect(stage, List.of(lane), batches)
                .get(0)
                .get(stage.get(0));
        assertThat(found.fitted().actual(0)).isEqualTo(expected.fitted().actual(0));
      }
      assertThat(collector.keptBytes()).isEqualTo(limit == all ? all : 0);
    }
  }

  private MomentCollector collector(
      Network network, Calibration calibration, FittingSettings settings, long bytes) {
    return new MomentCollector(
        network, RUNTIME, calibration, settings, new Parallel(executor), SAMPLES, bytes);
  }

  /** What a fitted layer answers differs from what it answered before. */
  private static Candidate larger(RoundedWeights plain) {
    float[] scales = plain.scales().clone();
    for (int i = 0; i < scales.length; i++) {
      scales[i] *= 1.2f;
    }
    return new Candidate(
        new RoundedWeights(plain.bits(), plain.codes(), scales, plain.layout(), plain.method()),
        null,
        0);
  }

  private static Map<String, Tensor> batch(long seed, int columns) {
    Random random = new Random(seed);
    float[] values = new float[SAMPLES / 2 * 4 * 3 * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Map.of("x", new Tensor.Floats(values, new long[] {SAMPLES / 2, 4, 3, columns}));
  }
}
