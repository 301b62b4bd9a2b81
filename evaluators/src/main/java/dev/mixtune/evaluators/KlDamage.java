package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.OptionalDouble;

/** Measured: the mean divergence KL(float || plan) of the answers, in nats. */
public record KlDamage(Sensitivity measured) implements DamageAnalyser {

  @Override
  public OptionalDouble damage(Layer layer, Scheme scheme) {
    return measured
        .find(layer.index(), scheme)
        .map(entry -> OptionalDouble.of(Math.max(0, entry.kl())))
        .orElseGet(OptionalDouble::empty);
  }
}
