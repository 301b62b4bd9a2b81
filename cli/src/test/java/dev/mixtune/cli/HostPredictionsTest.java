package dev.mixtune.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Arithmetic;
import dev.mixtune.engine.Basis;
import dev.mixtune.engine.KernelUse;
import dev.mixtune.engine.Latency;
import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.lowering.LoweredPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HostPredictionsTest {
  private static final int LAYERS = 8;

  private static List<KernelUse> kernels(Plan plan) {
    List<KernelUse> kernels = new ArrayList<>();
    for (int i = 0; i < plan.size(); i++) {
      kernels.add(
          new KernelUse(
              KernelUse.Op.CONV,
              plan.scheme(i).arithmetic(),
              0,
              "layer" + i,
              1000L * (i + 1),
              10,
              10,
              5));
    }
    return kernels;
  }

  private static LoweredPlan lowered(Plan plan) {
    return new LoweredPlan(plan, new byte[0], "k" + plan.key(), kernels(plan), 1, 8);
  }

  private static double ratio(Plan plan) {
    double time = 0;
    for (int i = 0; i < plan.size(); i++) {
      time += plan.scheme(i).arithmetic() == Arithmetic.FLOAT ? 1 : 0.3 + 0.03 * i;
    }
    return time / plan.size();
  }

  private static Plan random(Random random) {
    Plan plan = Plan.uniform(LAYERS, Scheme.F32);
    for (int i = 0; i < LAYERS; i++) {
      plan = random.nextBoolean() ? plan.with(i, Scheme.W8A8) : plan;
    }
    return plan;
  }

  private static HostPredictions taught(int plans, double noise) {
    HostPredictions predictions = new HostPredictions(4);
    Random random = new Random(1);
    for (int i = 0; i < plans; i++) {
      Plan plan = random(random);
      double factor = 1 + noise * random.nextGaussian();
      predictions.learn(plan, kernels(plan), ratio(plan) * Math.max(0.2, factor));
    }
    predictions.refit();
    return predictions;
  }

  @Test
  void fewPlansAreNotTrusted() {
    assertThat(new HostPredictions(4).isTrusted()).isFalse();
    assertThat(taught(10, 0).isTrusted()).isFalse();
  }

  @Test
  void plansThatPredictEachOtherAreTrusted() {
    assertThat(taught(80, 0.005).isTrusted()).isTrue();
  }

  @Test
  void plansThatDoNotAreNot() {
    assertThat(taught(80, 0.5).isTrusted()).isFalse();
  }

  @Test
  void predictionsAreModelledAndStateTheirError() {
    HostPredictions predictions = taught(80, 0.005);
    Plan plan = Plan.uniform(LAYERS, Scheme.W4A8).with(3, Scheme.F16);

    Latency latency = predictions.latency(lowered(plan)).orElseThrow();

    assertThat(latency.basis()).isEqualTo(Basis.MODELLED);
    assertThat(latency.ratio()).isEqualTo(ratio(plan), within(0.03));
    assertThat(latency.millis()).isEqualTo(4 * latency.ratio(), within(1e-9));
    assertThat(latency.relativeError()).isEqualTo(predictions.error().orElseThrow().p95());
  }

  @Test
  void whatIsRecalledPredictsTheSame() {
    HostPredictions before = taught(60, 0.01);
    HostPredictions after = new HostPredictions(4);

    after.recall(before.write(), HostPredictionsTest::kernels);

    Plan plan = Plan.uniform(LAYERS, Scheme.W8A8).with(0, Scheme.F32);
    assertThat(after.latency(lowered(plan))).isEqualTo(before.latency(lowered(plan)));
  }
}
