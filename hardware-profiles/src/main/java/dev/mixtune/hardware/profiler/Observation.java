package dev.mixtune.hardware.profiler;

import dev.mixtune.engine.KernelUse;
import java.util.List;

/**
 * How long one small model took.
 *
 * @param id chain and schemes, the same for the same model
 * @param kernels what the model runs
 * @param nanos median nanoseconds of one run, above 0
 * @param relativeError half width of the median's interval by the median
 */
public record Observation(String id, List<KernelUse> kernels, double nanos, double relativeError) {

  public Observation {
    kernels = List.copyOf(kernels);
    if (id.isBlank() || kernels.isEmpty()) {
      throw new IllegalArgumentException("an observation needs an id and kernels");
    }
    if (!(nanos > 0) || Double.isInfinite(nanos) || !(relativeError >= 0)) {
      throw new IllegalArgumentException(nanos + " ns, error " + relativeError);
    }
  }

  /** The chain without its schemes: what is held out together. */
  String chain() {
    int at = id.indexOf('@');
    return at < 0 ? id : id.substring(0, at);
  }
}
