package dev.mixtune.evaluators;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;

/** What rounding does to a layer's weights. */
@FunctionalInterface
public interface WeightErrors {
  /** Rounded minus float weights, in the layout of the stored weights. */
  float[] of(Layer layer, Scheme scheme);
}
