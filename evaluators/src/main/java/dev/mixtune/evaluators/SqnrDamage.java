package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.OptionalDouble;

/** Measured: error power of the outputs over their signal power, a pure number. */
public record SqnrDamage(Sensitivity measured) implements DamageAnalyser {

  @Override
  public OptionalDouble damage(Layer layer, Scheme scheme) {
    return measured
        .find(layer.index(), scheme)
        .map(entry -> OptionalDouble.of(noise(entry.outcome())))
        .orElseGet(OptionalDouble::empty);
  }

  private static double noise(Outcome outcome) {
    return outcome instanceof Outcome.Scored scored
        ? Math.pow(10, -scored.closeness().sqnrDb() / 10)
        : Double.POSITIVE_INFINITY;
  }
}
