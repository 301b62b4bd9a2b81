package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import java.util.OptionalDouble;

/**
 * Says what a scheme costs a layer while all others stay float: the additive damage that seeds are
 * solved with. One analyser is one class.
 */
public sealed interface DamageAnalyser permits KlDamage, SqnrDamage, FisherDamage, HessianDamage {

  /**
   * The damage, at least 0; its unit is the analyser's. Empty when it is not known, infinite when
   * the scheme failed.
   */
  OptionalDouble damage(Layer layer, Scheme scheme);
}
