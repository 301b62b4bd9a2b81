package dev.mixtune.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Plan;
import dev.mixtune.engine.Scheme;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlanModelTest {
  private static final int LAYERS = 5;
  private static final List<Scheme> SCHEMES =
      List.of(Scheme.F16, Scheme.W8A8, Scheme.W4A8, Scheme.W2A8);

  private static SearchSpace space() {
    List<Menu> menus = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      menus.add(Toys.fourWidths(layer));
    }
    return SearchSpace.of(LAYERS, menus);
  }

  /** Figures that are sums over the layers, by a rule that the model is not told. */
  private static Evaluation evaluated(Plan plan) {
    double drop = 0;
    double ratio = 0.3;
    long bytes = 1000;
    for (int layer = 0; layer < LAYERS; layer++) {
      int bits = plan.scheme(layer).weightBits();
      drop += (1 + layer) * 0.004 / bits;
      ratio += (bits == 16 ? 0.1 : 0.05) + 0.001 * layer;
      bytes += bits * (100L + 10 * layer);
    }
    return Toys.scored(plan, drop, ratio, bytes);
  }

  private static Plan random(Random random) {
    List<Scheme> schemes = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      schemes.add(SCHEMES.get(random.nextInt(SCHEMES.size())));
    }
    return new Plan(schemes);
  }

  @Test
  void predictsPlansThatWereNotEvaluated() {
    Random random = new Random(5);
    List<Evaluation> known = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      known.add(evaluated(random(random)));
    }
    PlanModel model = PlanModel.fit(space(), known).orElseThrow();
    for (int i = 0; i < 20; i++) {
      Plan plan = random(random);
      Evaluation truth = evaluated(plan);
      PlanModel.Prediction predicted = model.predict(plan);
      assertThat(predicted.drop().value()).isCloseTo(truth.knownDrop().orElseThrow(), within(3e-4));
      assertThat(predicted.latencyRatio().value())
          .isCloseTo(Objective.LATENCY.of(truth), within(2e-3));
      assertThat(predicted.sizeBytes().value()).isCloseTo((double) truth.sizeBytes(), within(15.0));
      assertThat(predicted.drop().deviation()).isPositive();
    }
  }

  @Test
  void saysNothingFromTooLittle() {
    List<Evaluation> few = List.of(evaluated(Plan.uniform(LAYERS, Scheme.W8A8)));
    assertThat(PlanModel.fit(space(), few)).isEmpty();
  }

  @Test
  void refusesPlansThatAreNotOffered() {
    Random random = new Random(6);
    List<Evaluation> known = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      known.add(evaluated(random(random)));
    }
    PlanModel model = PlanModel.fit(space(), known).orElseThrow();
    assertThatThrownBy(() -> model.predict(Plan.uniform(LAYERS, Scheme.W4_BLOCK)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("w4b");
  }
}
