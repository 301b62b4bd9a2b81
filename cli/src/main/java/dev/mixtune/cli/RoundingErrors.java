package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.graph.Equalization;
import dev.mixtune.engine.rounding.HalfPrecision;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.evaluators.WeightErrors;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The errors of the weights that candidates are made of, in units of the network as it was read:
 * where channels were equalized, the factors between the two are powers of two and taken back.
 */
final class RoundingErrors implements WeightErrors {
  private final Workbench bench;
  private @Nullable Map<String, float[]> factors;

  /**
   * @param bench whose weights are rounded by the time that errors are asked for
   */
  RoundingErrors(Workbench bench) {
    this.bench = bench;
  }

  @Override
  public float[] of(Layer layer, Scheme scheme) {
    RoundingLibrary library = bench.prepared().rounded().library();
    float[] before = library.weights(layer);
    float[] after = rounded(library, before, layer, scheme);
    return asRead(after, before, factors(library.weightName(layer)));
  }

  /** The library's own network may be the equalized one. */
  private float @Nullable [] factors(String weight) {
    return bench.prepared().equalization().isUsed() ? equalization().get(weight) : null;
  }

  private synchronized Map<String, float[]> equalization() {
    Map<String, float[]> known = factors;
    if (known == null) {
      known = Equalization.factors(bench.network());
      factors = known;
    }
    return known;
  }

  /**
   * Differences, in units of the network as it was read.
   *
   * @param after rounded weights
   * @param before the same, not rounded
   * @param factors by which both differ from the weights as read; null for none
   */
  static float[] asRead(float[] after, float[] before, float @Nullable [] factors) {
    float[] errors = new float[after.length];
    for (int i = 0; i < errors.length; i++) {
      errors[i] = (after[i] - before[i]) / (factors == null ? 1 : factors[i]);
    }
    return errors;
  }

  private static float[] rounded(
      RoundingLibrary library, float[] weights, Layer layer, Scheme scheme) {
    return switch (scheme.arithmetic()) {
      case FLOAT ->
          scheme.isStoredOnly()
              ? library.perChannel(layer, scheme.weightBits()).values()
              : scheme == Scheme.F16 ? HalfPrecision.rounded(weights) : weights.clone();
      case INTEGER_STATIC, INTEGER_DYNAMIC ->
          library.perChannel(layer, scheme.weightBits()).values();
      case BLOCKWISE -> library.blockwise(layer, scheme).values();
    };
  }
}
