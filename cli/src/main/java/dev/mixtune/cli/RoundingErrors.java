package dev.mixtune.cli;

import dev.mixtune.engine.Layer;
import dev.mixtune.engine.Scheme;
import dev.mixtune.engine.rounding.HalfPrecision;
import dev.mixtune.engine.rounding.RoundingLibrary;
import dev.mixtune.engine.rounding.RoundingMethods;
import dev.mixtune.evaluators.WeightErrors;

/**
 * The errors of the weights that candidates are made of, in units of the network as it was read:
 * where channels were equalized, the factors between the two are powers of two and taken back.
 */
final class RoundingErrors implements WeightErrors {
  private final Workbench bench;

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
    float[] errors = rounded(library, before, layer, scheme);
    // The library's own network may be the equalized one.
    float[] read =
        new RoundingLibrary(bench.network(), RoundingMethods.named("mse")).weights(layer);
    for (int i = 0; i < errors.length; i++) {
      float factor = before[i] == 0 ? 1 : read[i] / before[i];
      errors[i] = (errors[i] - before[i]) * factor;
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
