package dev.mixtune.evaluators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.OperatorKind;
import dev.mixtune.engine.PairedScore;
import dev.mixtune.engine.Scheme;
import java.util.List;
import org.junit.jupiter.api.Test;

class DamageAnalyserTest {
  private static final double[] INPUT = {0.7, -1.1};

  private final Layer layer =
      new Layer(0, "a", OperatorKind.GEMM, "a", List.of(2L, 2L), List.of(1L), List.of(1L), 1, 1);
  private final float[] error = {2e-3f, -1e-3f, 0, 3e-3f};

  /**
   * Two logits from two inputs. Their divergence is p(1-p)/2 times the square of what moves their
   * difference; with errors in the first row's first weight alone nothing else acts on it.
   */
  @Test
  void fisherIsTheDivergenceOfALinearSoftmaxWhereOneWeightMoves() {
    double[] logits = {0.4, -0.2};
    double p = 1 / (1 + Math.exp(logits[1] - logits[0]));
    float[] diagonal = new float[4];
    for (int i = 0; i < 4; i++) {
      diagonal[i] = (float) (p * (1 - p) * INPUT[i % 2] * INPUT[i % 2]);
    }
    Curvature curvature =
        new Curvature("fisher", 1, List.of(Curvature.OfLayer.ofDiagonal("a", diagonal)));
    float[] one = {1e-2f, 0, 0, 0};

    double moved = logits[0] + one[0] * INPUT[0];
    double q = 1 / (1 + Math.exp(logits[1] - moved));
    double divergence = p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q));

    assertThat(new FisherDamage(curvature, (l, s) -> one).damage(layer, Scheme.W4A8).getAsDouble())
        .isCloseTo(divergence, within(0.01 * divergence));
  }

  /** Where all weights count alike, a quadratic form is its mean eigenvalue times the square. */
  @Test
  void hessianIsTheQuadraticFormOfAMultipleOfTheIdentity() {
    double eigenvalue = 5;
    Curvature curvature =
        new Curvature("hessian", 1, List.of(Curvature.OfLayer.ofTrace("a", 4, 4 * eigenvalue)));
    double form = eigenvalue * (4e-6 + 1e-6 + 9e-6) / 2;
    assertThat(
            new HessianDamage(curvature, (l, s) -> error).damage(layer, Scheme.W4A8).getAsDouble())
        .isCloseTo(form, within(1e-6 * form));
  }

  @Test
  void whatIsNotKnownIsEmptyAndNoEstimateIsBelowZero() {
    Curvature other =
        new Curvature("hessian", 1, List.of(Curvature.OfLayer.ofTrace("other", 4, 1)));
    assertThat(new HessianDamage(other, (l, s) -> error).damage(layer, Scheme.W4A8)).isEmpty();
    assertThat(new FisherDamage(other, (l, s) -> error).damage(layer, Scheme.W4A8)).isEmpty();
    Curvature noise = new Curvature("hessian", 1, List.of(Curvature.OfLayer.ofTrace("a", 4, -0.3)));
    assertThat(new HessianDamage(noise, (l, s) -> error).damage(layer, Scheme.W4A8)).isEmpty();
  }

  @Test
  void measuredDamagesAreTheDivergenceAndTheNoiseOverTheSignal() {
    Outcome scored =
        new Outcome.Scored(
            new PairedScore(10, 1, 1, 0, 0, 10, 0, 0), new Closeness(0.25, 1, 20, 1));
    Sensitivity measured =
        new Sensitivity(
            "top1",
            10,
            0.95,
            true,
            List.of(
                new Sensitivity.Entry(0, "a", Scheme.W4A8, scored),
                new Sensitivity.Entry(0, "a", Scheme.W2A8, new Outcome.Failed("no"))));
    assertThat(new KlDamage(measured).damage(layer, Scheme.W4A8)).hasValue(0.25);
    assertThat(new SqnrDamage(measured).damage(layer, Scheme.W4A8).getAsDouble())
        .isCloseTo(0.01, within(1e-12));
    assertThat(new KlDamage(measured).damage(layer, Scheme.W2A8))
        .hasValue(Double.POSITIVE_INFINITY);
    assertThat(new SqnrDamage(measured).damage(layer, Scheme.W2A8))
        .hasValue(Double.POSITIVE_INFINITY);
    assertThat(new KlDamage(measured).damage(layer, Scheme.W8A8)).isEmpty();
  }
}
