package dev.mixtune.engine.calibration;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What calibration learnt about every float activation of a network. */
public final class Calibration {
  private final Map<String, ActivationHistogram> histograms;
  private final Map<String, Range> ranges = new HashMap<>();

  Calibration(Map<String, ActivationHistogram> histograms, RangeMethod method) {
    this.histograms = Map.copyOf(histograms);
    histograms.forEach((tensor, histogram) -> ranges.put(tensor, method.range(histogram)));
  }

  /** The range of a tensor; empty when the tensor was not observed or never finite. */
  public Optional<Range> range(String tensor) {
    return Optional.ofNullable(ranges.get(tensor));
  }

  /** The same observations with another choice of ranges. */
  public Calibration with(RangeMethod method) {
    return new Calibration(histograms, method);
  }
}
