package dev.mixtune.evaluators;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How strongly the divergence KL(float || plan) of a network's answers, in nats, bends with each
 * layer's weights at the float network, where its slope is 0. Made from gradients, outside of the
 * default build.
 *
 * @param method {@code fisher} or {@code hessian}
 * @param samples that it is the mean of
 * @param layers one for each layer, in the network's order
 */
public record Curvature(String method, int samples, List<OfLayer> layers) {

  public Curvature {
    layers = List.copyOf(layers);
    if (samples < 1) {
      throw new IllegalArgumentException(samples + " samples");
    }
  }

  /**
   * One layer.
   *
   * @param name the layer's name
   * @param weights how many weights it has
   * @param trace of the layer's block of the Hessian; an estimate, so it may be below 0
   * @param diagonal of that block, in the layout of the stored weights; null where it is not known
   */
  @SuppressWarnings("ArrayRecordComponent") // one array per layer, never changed
  public record OfLayer(String name, int weights, double trace, float @Nullable [] diagonal) {
    public OfLayer {
      if (weights < 1 || !Double.isFinite(trace)) {
        throw new IllegalArgumentException(name + ": " + weights + " weights, trace " + trace);
      }
      if (diagonal != null && diagonal.length != weights) {
        throw new IllegalArgumentException(name + ": " + diagonal.length + " of " + weights);
      }
    }

    /** A layer of which no more than the trace is known. */
    public static OfLayer ofTrace(String name, int weights, double trace) {
      return new OfLayer(name, weights, trace, null);
    }

    /** A layer whose diagonal is known. */
    public static OfLayer ofDiagonal(String name, float[] diagonal) {
      double trace = 0;
      for (float each : diagonal) {
        trace += each;
      }
      return new OfLayer(name, diagonal.length, trace, diagonal);
    }
  }

  /** The layer of this name. */
  public Optional<OfLayer> layer(String name) {
    return layers.stream().filter(layer -> layer.name().equals(name)).findFirst();
  }
}
