package dev.mixtune.engine.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.calibration.Calibration;
import dev.mixtune.engine.calibration.Calibrator;
import dev.mixtune.engine.calibration.RangeMethods;
import dev.mixtune.engine.graph.Network;
import dev.mixtune.engine.graph.NetworkReader;
import dev.mixtune.engine.lowering.PlanLowering;
import dev.mixtune.engine.runtime.OrtRuntime;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Labels are the oracle: all layers quantized, 8-bit activations, 10,000 test pictures. */
@Tag("long")
class RoundingAccuracyTest {

  @Test
  void resNet20KeepsItsAccuracyAtFourBitsAndMostOfItAtTwo() throws IOException {
    OrtRuntime runtime = TestKit.runtime();
    Network network =
        new NetworkReader(runtime).read(TestKit.file("cifar10-resnet20/model.onnx"), Map.of());
    KitData samples = KitData.cifar("input", "train2048", 0, 512, true);
    KitData test = KitData.cifar("input", "test", 0, 10_000, true);
    Calibration calibration =
        new Calibrator(runtime, 2).run(network, samples.batches(64), RangeMethods.named("mse"));
    ExecutorService executor = Executors.newFixedThreadPool(2);
    RoundedNetwork rounded;
    try {
      rounded =
          new NetworkRounding(network, runtime, calibration, FittingSettings.defaults(), executor)
              .round(() -> samples.batches(64), FittingProgress.silent());
    } finally {
      executor.shutdown();
    }
    PlanLowering lowering = new PlanLowering(network, calibration, rounded.library());

    assertThat(accuracy(runtime, lowering, Scheme.W8A8, test)).isGreaterThan(91.5);
    assertThat(accuracy(runtime, lowering, Scheme.W4A8, test)).isGreaterThan(91.4);
    assertThat(accuracy(runtime, lowering, Scheme.W2A8, test)).isGreaterThan(90.0);
  }

  private static double accuracy(
      OrtRuntime runtime, PlanLowering lowering, Scheme scheme, KitData test) {
    byte[] model = lowering.lower(Plan.uniform(20, scheme)).model();
    return Accuracy.percent(runtime, model, test, 64);
  }
}
