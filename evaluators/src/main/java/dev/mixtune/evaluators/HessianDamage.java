package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.OptionalDouble;

/**
 * From gradients: half the mean eigenvalue of the layer's Hessian times the sum of the squared
 * weight errors (HAWQ-V2, Dong et al. 2020, arXiv:1911.03852, equation 7). In nats. Rounded
 * activations do not enter.
 *
 * @param curvature with traces
 * @param errors of the weights
 */
public record HessianDamage(Curvature curvature, WeightErrors errors) implements DamageAnalyser {

  @Override
  public OptionalDouble damage(Layer layer, Scheme scheme) {
    return curvature
        .layer(layer.name())
        // An estimate that is not positive is noise: to take it for no damage would strike all
        // wider
        // widths of the layer out.
        .filter(of -> of.trace() > 0)
        .map(of -> OptionalDouble.of(damage(of, errors.of(layer, scheme))))
        .orElseGet(OptionalDouble::empty);
  }

  private static double damage(Curvature.OfLayer of, float[] error) {
    double squares = 0;
    for (float each : error) {
      squares += (double) each * each;
    }
    return of.trace() / of.weights() * squares / 2;
  }
}
