package dev.mixtune.engine.lowering;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.TestKit;
import dev.mixtune.engine.TestNetworks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ONNX Runtime's own optimised graph is the oracle: it shows what really runs. */
class PlannedKernelsTest {

  @ParameterizedTest
  @CsvSource({
    "cifar10-resnet20/model.onnx, 200",
    "cifar10-resnet20/model_bn.onnx, 200",
    "cifar10-resnet8/model.onnx, 200",
    "imagenet-mobilenetv2/model.onnx, 200"
  })
  void integerKernelsAreExactlyThePlans(String model, int plans) {
    TestNetworks test = TestNetworks.calibrated(TestKit.file(model), 2);
    Random random = new Random(20);
    for (int i = 0; i < plans; i++) {
      Plan plan = randomPlan(test, random);
      LoweredPlan lowered = test.lowering().lower(plan);
      ExecutedKernels executed = ExecutedKernels.inspect(test.runtime(), test.network(), lowered);

      assertThat(executed.unplanned()).as("plan %s", plan.key()).isEmpty();
      for (Layer layer : test.network().layers()) {
        assertThat(executed.isInteger(layer.index()))
            .as("layer %s as %s in plan %s", layer.name(), plan.scheme(layer.index()), plan.key())
            .isEqualTo(plan.scheme(layer.index()).arithmetic().isInteger());
      }
    }
  }

  /** From nearly all float to nearly all integer, in runs and scattered. */
  static Plan randomPlan(TestNetworks test, Random random) {
    double share = random.nextDouble();
    double persistence = random.nextBoolean() ? 0 : 0.8;
    boolean integer = random.nextDouble() < share;
    List<Scheme> schemes = new ArrayList<>();
    for (Layer layer : test.network().layers()) {
      if (random.nextDouble() >= persistence) {
        integer = random.nextDouble() < share;
      }
      boolean wanted = integer;
      List<Scheme> menu =
          test.lowering().schemes(layer).stream()
              .filter(scheme -> scheme.weightBits() <= 8 == wanted)
              .toList();
      schemes.add(menu.get(random.nextInt(menu.size())));
    }
    return new Plan(schemes);
  }
}
