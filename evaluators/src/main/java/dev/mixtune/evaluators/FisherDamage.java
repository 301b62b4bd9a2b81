package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.OptionalDouble;

/**
 * From gradients: half the sum of the squared weight errors, each times the diagonal of the Fisher
 * information, which is what KL(float || plan) grows by at second order if weights did not act on
 * each other (Dong et al. 2019, arXiv:1905.03696, section 3, and the weighting of ModelOpt). In
 * nats. Rounded activations do not enter.
 *
 * @param curvature with a diagonal
 * @param errors of the weights
 */
public record FisherDamage(Curvature curvature, WeightErrors errors) implements DamageAnalyser {

  @Override
  public OptionalDouble damage(Layer layer, Scheme scheme) {
    float[] diagonal = curvature.layer(layer.name()).map(Curvature.OfLayer::diagonal).orElse(null);
    if (diagonal == null) {
      return OptionalDouble.empty();
    }
    float[] error = errors.of(layer, scheme);
    double sum = 0;
    for (int i = 0; i < error.length; i++) {
      sum += (double) diagonal[i] * error[i] * error[i];
    }
    return OptionalDouble.of(sum / 2);
  }
}
